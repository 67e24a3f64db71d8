"""Words that say how far a statement reaches: what begins a condition, denies, says it of all, excepts, or narrows it.

Asked by `dedup.verdict.restrictions`, of what a paragraph lacks. Which words turn a statement by themselves is in
`dedup.language.wordlists`.
"""

from __future__ import annotations

from dedup.language.wordlists import TURNING, with_plain

_NEGATIONS = """
not no nor never none nobody neither without cannot t nicht kein keine keinen keinem keiner keines nie niemals ohne ne
pas jamais aucun aucune sans nunca jamás ningún ninguna ninguno nadie sin não nenhum nenhuma sem nem non mai nessun
nessuno nessuna senza né niet geen nooit zonder inte ingen inget aldrig utan nigdy żaden bez не нет никогда değil yok
hiç asla لا لم لن ليس ليست غير بدون नहीं न मत tidak bukan tanpa hapana si
"""
NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that deny what follows in the clause."""
_COORDINATING = """
and or nor as und oder et ou y o e u и или ve veya و أو او और या dan atau na au
"""
COORDINATING = frozenset(_COORDINATING.split())
"""Words that put one thing beside another."""
EXCEPTING = frozenset(["unless", "except", "außer", "sauf", "excepto", "salvo", "exceto", "кроме", "إلا"])
"""Words before an exception, which holds for each of several things by itself."""
_DETERMINERS = """
a an the any each every all our your this that le la les un une des el los las una o os as um uma der die das den dem
ein eine einen einem einer il lo i gli
"""
DETERMINERS = frozenset(_DETERMINERS.split())
"""Words behind which a thing or a kind of people is named, seldom a person."""

_CONDITIONS = """
if unless except only provided where when whenever whose wenn wo falls sofern außer nur si sauf seulement excepto
salvo solo cuando donde quando onde lorsque où когда где sólo se exceto apenas если кроме только إذا إلا فقط अगर केवल
eğer sadece 如果 除非 仅
while whilst once soweit solange sobald qualora purché finché mientras enquanto пока tandis pourvu
"""

CONDITIONS = with_plain(_CONDITIONS)
"""Words that begin a condition or a restriction."""
_DEPUTIES = """
vice deputy former ex acting interim designate stellvertretende stellvertretender stellvertretenden ehemalige ehemaliger
ehemaligen adjoint adjointe ancien ancienne antiguo antigua antigo antiga suplente interino viceministro sottosegretario
бывший бывшая бывшего вице السابق سابق نائب पूर्व उप eski yardımcısı 副
"""
DEPUTIES = frozenset(_DEPUTIES.split())
"""Words that make another office of one, or another time of it: the vice president is not the president."""
_UNIVERSAL = """
all any every each alle jeder jede jedes tous toutes todos todas tutti tutte alla wszystkie все всех كل جميع सभी
semua 全 各
"""
UNIVERSAL = frozenset(_UNIVERSAL.split())
"""Words that say it of all: of fewer, the fewer words say of whom."""
TURNING_PHRASES = (
    "ไม่", "ห้าม", "มิได้", "เฉพาะ", "เท่านั้น", "ยกเว้น", "บาง", "ทุก", "ない", "ません", "なし", "だけ", "のみ", "しか",
    "以外", "かもしれ", "すべて", "除非", "除了", "除外",
)  # fmt: skip
"""What denies or restricts in scripts in which each character is a token."""
RESTRICTING = CONDITIONS | (TURNING - UNIVERSAL)
"""Words that restrict what they are said of, in the middle of a phrase, too: "for disputes that began after May"."""
_NARROWING = """
in within under from to of for with by at on en dans sous pour avec bajo para con em no na sob com nel nella sotto per
für unter mit voor onder met в на по для с
"""
NARROWING = frozenset(_NARROWING.split())
"""Words that begin, before a name, what a statement is narrowed to: "in the EU", "under the Act"."""
