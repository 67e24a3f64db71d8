"""Closed lists of phrases: what says the same in other words, and what says nothing beside a text.

A phrase is the words of it, folded and without accents; in scripts without spaces, its characters.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.language.accents import plain
from dedup.language.phrasebook import CALLS, FILLERS, LEADING, SAME
from dedup.language.wordlists import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Phrase = tuple[str, ...]

_COURTESY = """
mr mrs ms messrs herr herrn frau monsieur madame mme mm mlle señor señora sr sra srta don doña senhor senhora dom dona
signor signora sig господин госпожа السيد السيدة श्री श्रीमती bay bayan meneer mevrouw dhr pan pani bapak bwana
"""

_AGENCIES = """
reuters ap afp dpa upi efe ansa xinhua tass lusa apa pti ani itar interfax bloomberg kyodo yonhap anadolu epa
رويترز واس وام قنا
"""

_KEYS = """
title description headline name summary subtitle og twitter excerpt caption heading meta
titel beschreibung titre titulo descricao descripcion
"""

_NOTES = """
note notes nb hinweis anmerkung achtung remarque nota aviso observacao atencao
примечание внимание ملاحظة تنبيه not uyari opmerking uwaga
"""

_WEEKDAYS = """
monday montag lundi lunes segunda lunedì понедельник الاثنين pazartesi maandag poniedziałek måndag senin jumatatu
tuesday dienstag mardi martes terça martedì вторник الثلاثاء salı dinsdag wtorek tisdag selasa jumanne
wednesday mittwoch mercredi miércoles quarta mercoledì среда среду الأربعاء çarşamba woensdag środa onsdag rabu jumatano
thursday donnerstag jeudi jueves quinta giovedì четверг الخميس perşembe donderdag czwartek torsdag kamis alhamisi
friday freitag vendredi viernes sexta venerdì пятница пятницу الجمعة cuma vrijdag piątek fredag jumat ijumaa
saturday samstag sonnabend samedi sábado sabato суббота субботу السبت cumartesi zaterdag sobota lördag sabtu jumamosi
sunday sonntag dimanche domingo domenica воскресенье الأحد pazar zondag niedziela söndag minggu jumapili
"""

_TIMES = """
morning afternoon evening night noon midnight today yesterday tomorrow week month year
morgen vormittag mittag nachmittag abend nacht mitternacht heute gestern woche monat jahr freitagabend
matin midi après-midi soir nuit aujourd hui hier demain semaine mois
mañana tarde noche mediodía madrugada hoy ayer semana mes año
manhã noite meio-dia hoje ontem amanhã mês ano
mattina pomeriggio sera notte oggi ieri domani settimana mese
утром днём вечером ночью сегодня вчера завтра неделе недели месяца
صباح مساء اليوم امس غدا الاسبوع الشهر يوم
sabah akşam gece bugün dün yarın hafta günü
"""

_LOCALES = """
hl gl lang locale language
en de fr es pt it nl sv no nb da fi pl cs sk hu ro bg el ru uk tr ar he fa hi bn ta te th vi id ms ja ko zh ie gb us
au ca nz za in br mx cl co pe at ch be se dk cz gr ua il ae sa eg sg hk tw jp kr cn my ph
"""

_REPLIES = """
thought thoughts comment comments response responses reply replies gedanke gedanken kommentar kommentare antwort
antworten reflexion reflexions commentaire commentaires reponse reponses pensamiento pensamientos comentario comentarios
respuesta respuestas pensamento pensamentos resposta respostas pensiero pensieri commento commenti мысль мысли
комментарий комментария комментариев تعليق تعليقات yorum
"""

_NETWORKS = """
facebook twitter whatsapp telegram linkedin pinterest google plus gmail messenger tumblr reddit instagram youtube
فيسبوك تويتر جوجل بلس واتساب تلغرام
"""


def _phrases(written: str) -> list[Phrase]:
    """Return the words of some phrases, each on a line or before a bar, as they are compared: by `plain`."""
    return [tuple(map(plain, phrase)) for phrase in _folded(written)]


def _folded(written: str) -> list[Phrase]:
    from dedup.shingling import tokenise  # asked for once, by those who compare

    text = written.strip().replace("|", "\n")
    ends = np.array([place for place, sign in enumerate(text) if sign == "\n"] + [len(text)])
    words = tokenise(text, np.concatenate(([0], ends[:-1] + 1)), ends)
    bounds = words.offsets.tolist()
    return [tuple(map(words.token, range(a, b))) for a, b in pairwise(bounds)]


@cache
def same() -> dict[Phrase, frozenset[int]]:
    """Return for each phrase the numbers of the lines it stands in; negative where a number has to follow."""
    lines = SAME.strip().splitlines()
    phrases = iter(_phrases(SAME.replace("# ", "")))
    out: dict[Phrase, frozenset[int]] = {}
    for number, line in enumerate(lines, 1):
        key = -number if line[0] == "#" else number
        for phrase in islice(phrases, line.count("|") + 1):
            out[phrase] = out.get(phrase, frozenset()) | {key}
    return out


@cache
def fillers() -> frozenset[Phrase]:
    """Return what says nothing wherever it is put in."""
    return frozenset(_phrases(FILLERS))


@cache
def leading() -> frozenset[Phrase]:
    """Return what says nothing at the beginning of a sentence or a clause."""
    return frozenset(_phrases(LEADING)) | fillers()


@cache
def calls() -> frozenset[Phrase]:
    """Return what readers are called upon to do by a button."""
    return frozenset(_phrases(CALLS))


_MODALS = """
can could may might must shall should will would kann können könnte muss müssen soll sollen sollte darf dürfen wird
werden peut peuvent doit doivent puede pueden debe deben pode podem deve devem può может могут должен
"""

_PREPOSITIONS = """
under in for by with upon at on unter nach im auf bei für mit durch aus von zur zum an am sous dans par pour avec en em
por para sob con bajo при по на в для
"""

_GERMAN = """
und das im vom zum zur für über nicht ist wird auf eine einen einem einer eines durch nach sich auch
"""

_VERBS = """
said says added adds stated states explained explains noted notes commented remarked declared reported announced told
sagte sagt erklärte erklärt berichtete berichtet betonte meinte ergänzte
dit disait déclaré expliqué ajouté affirmé indiqué précisé souligné raconté
dijo dice declaró explicó añadió afirmó señaló indicó comentó aseguró
disse diz declarou afirmou afirma explicou contou acrescentou ressaltou destacou informou
detto dice dichiarato spiegato aggiunto affermato
сказал заявил сообщил отметил добавил пояснил рассказал подчеркнул сказала заявила сообщила отметила добавила
قال اضاف أضاف وأضاف واضاف اوضح أوضح ذكر اكد أكد صرح قالت اضافت أضافت
dedi söyledi belirtti ekledi açıkladı anlattı zei zegt verklaarde sade säger alisema
"""

VERBS = frozenset(_VERBS.split()).union(map(plain, _VERBS.split()))
"""Verbs of saying, of which one says what another does."""
MODALS = frozenset(_MODALS.split())
"""Verbs that say nothing without another one."""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
"""A modal verb before one of these has its verb further on."""
GERMAN = frozenset(_GERMAN.split())
"""Words by which German is known from its neighbours, where other endings make other words."""
DATIVE = frozenset("dem am im zum vom beim einem diesem jenem seinem ihrem unserem meinem eurem jedem".split())  # noqa: SIM905
GENITIVE = frozenset("des eines dieses jenes seines ihres unseres meines eures jedes".split())  # noqa: SIM905
"""Articles after which a noun may have an "-e", or "-es" for "-s"."""
COURTESY = frozenset(map(plain, _COURTESY.split()))
"""Titles of courtesy: they are in a language what the reader already knows, or nothing."""
AGENCIES = frozenset(map(plain, _AGENCIES.split()))
"""Those who distribute a report."""
KEYS = frozenset(map(plain, (_KEYS + _NOTES).split()))
"""What stands before a colon, and names the form of what follows and not its subject."""
WEEKDAYS = {plain(name): day for day, names in enumerate(_WEEKDAYS.strip().splitlines()) for name in names.split()}
"""What day of the week a name means; Monday is 0."""
FEIRA = "feira"
"""What Portuguese has behind the name of a day."""
TIMES = frozenset([FEIRA, *map(plain, _TIMES.split())]).union(
    WEEKDAYS, chain.from_iterable(map(str.split, map(plain, MONTHS)))
)
"""Words that say when."""
LOCALES = frozenset(_LOCALES.split())
"""What an address says of the reader's language and country."""
REPLIES = frozenset(map(plain, _REPLIES.split()))
"""What is counted over the replies to an article."""
NETWORKS = frozenset(map(plain, _NETWORKS.split()))
"""Where an article can be shared."""


@cache
def by_first(phrases: Callable[[], Iterable[Phrase]]) -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases of a list by their first words, long ones first."""
    out: dict[str, tuple[Phrase, ...]] = {}
    for phrase in sorted(phrases(), key=len, reverse=True):
        out[phrase[0]] = (*out.get(phrase[0], ()), phrase)
    return out


@cache
def wordings() -> frozenset[str]:
    """Return the words of all phrases that stand for one another."""
    return frozenset(chain.from_iterable(same()))


@cache
def put_in() -> frozenset[str]:
    """Return the words, as they are written and by `plain`, that may be put in anywhere and say nothing new."""
    listed = chain(
        *_folded(FILLERS + LEADING), (_COURTESY + _AGENCIES).split(), *map(str.split, _WEEKDAYS.splitlines())
    )
    words = frozenset(listed) | LOCALES
    return words.union(map(plain, words), [FEIRA])


@cache
def known() -> frozenset[str]:
    """Return all words of these lists, by `plain`: a rule may have something to say of them."""
    phrases = chain.from_iterable(chain(same(), leading(), calls()))
    return frozenset(phrases).union(COURTESY, AGENCIES, KEYS, REPLIES, NETWORKS, TIMES, LOCALES)
