"""Closed lists of words and signs, folded as tokens are: what the verdict knows of languages.

The languages share each list: a word that is grammar in one language and content in another (German "die") costs
little, because the lists are asked only about the few tokens in which two near-duplicates differ. Lists of stop words
that libraries offer were weighed and not taken: they hold negations, numbers and plain content ("million", "work").
"""

from __future__ import annotations

import re

from dedup.language.accents import plain


def with_plain(words: str) -> frozenset[str]:
    """Return words as they are written and without accents: a differing stretch is asked about in either form."""
    listed = words.split()
    return frozenset(listed).union(map(plain, listed))


_FUNCTION = """
a an the this that these those it its he she they them their his her we our you your i my me him us who whom whose which
and or but so as at by for from in into of on onto to up out with within over under about than then there here
is are was were be been being am has have had do does did s re ve ll d m also just too very such if while when
said says say told added according
der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei mit nach von vom vor zu
zum zur
für über unter um durch als wie so es er sie wir ihr ich ist sind waren wird werden wurde wurden hat haben hatte
sich
dieser diese dieses auch noch dann dass daß ob wenn
le la les l un une des du de d et ou mais au aux en dans par pour sur sous avec ce cet cette ces il elle ils elles on
nous vous
je se sa ses leur leurs qui que qu est sont été être a ont avait aussi ainsi comme
el los las lo uno una unos unas y e o u pero del al con por para sin sobre entre como más su sus él ella ellos se es
fue
ser ha han había que qué quien este esta estos estas eso también
os as um uma uns umas do da dos das no na nos nas ao aos à às pelo pela pelos pelas com em por para que quem é são foi
foram
ser tem têm seu sua seus suas ele ela eles elas também
il lo gli i un uno una del della dei degli delle al allo alla ai agli alle dal dalla nel nella nei con per su tra fra e
ed che chi
è sono ha hanno si anche come
het een van op te aan bij voor door over uit met en of maar dat dit deze die is zijn was waren heeft hebben ook als er
och eller på till från av för med som det den en ett är var har att om
i w z ze na do od o u za po przez dla jest są był była było się to ta te że
и в во на с со к ко о об от до за по из у для при через а но или что как это эти этот эта он она они его её ее их был
была
было были есть же бы ли также
ve ile bir bu şu o da de için gibi
في من إلى الى على عن مع و أو او أن ان إن التي الذي هذا هذه ذلك تلك كان كانت هو هي هم قد ما كما وقد وأن وفي ومن
और का की के में से को पर है हैं था थे थी यह वह ये वे एक भी ने कि जो तो
yang dan di ke dari untuk pada dengan adalah ini itu juga
na ya wa kwa katika ni za la cha vya pia da a ta ga cikin
的 了 在 是 和 与 及 也 等 将 把 被 这 那 其 之 而 且 就 都 着 过 并
の に は を が と で も へ や か ね よ
"""

_TURNING = """
not no nor never none nothing nobody neither without nearly almost presque casi quase почти neredeyse
cannot can t non except unless only hardly barely rarely seldom
few less least outside certain solely exclusively ausschließlich lediglich uniquement exclusivement únicamente
exclusivamente esclusivamente uitsluitend исключительно
may might must shall should could would will likely unlikely possibly probably allegedly reportedly perhaps maybe
typically usually generally normally often sometimes mostly mainly primarily occasionally frequently
meist meistens gewöhnlich üblicherweise oft manchmal souvent généralement parfois habituellement normalmente
generalmente geralmente habitualmente spesso solitamente обычно иногда часто عادة genellikle bazen
believe believes glaube glaubt glauben croit croient cree creen acredita acreditam crede credono
if some any all every each most many both either before after until since against
nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne nur kaum weder außer
außerhalb bestimmte bestimmten darf dürfen muss
müssen soll sollen
sollte kann können könnte vielleicht mögliche möglicherweise alle einige jeder jede vor gegen bis
ne pas jamais aucun aucune rien personne sans ni sauf seulement hors certains certaines
peut peuvent doit doivent pourrait devrait tous toutes
quelques contre
avant après
fuera ciertos ciertas
no nunca jamás ningún ninguna ninguno nada nadie sin ni salvo solo sólo puede pueden debe deben podría debería todos
todas algunos contra
antes después
fora certos certas
não nunca jamais nenhum nenhuma nada ninguém sem nem exceto apenas só pode podem deve devem poderia deveria todos todas
alguns
antes depois
fuori certi certe
non mai nessun nessuno nessuna niente nulla senza né tranne solo può possono deve devono potrebbe dovrebbe tutti tutte
alcuni contro prima dopo
niet geen nooit niets niemand zonder alleen kan kunnen moet moeten mag mogen zou alle sommige tegen voor
inte ingen inget inga aldrig utan bara kan får måste bör ska alla några
nie nigdy żaden nikt nic bez tylko może mogą musi muszą powinien wszystkie przeciw
вне некоторые некоторых
не нет ни никогда никто ничего без кроме только может могут должен должна должны можно нельзя все всех некоторые против
değil yok hiç asla olmaz sadece ancak belki gerekir
لا لم لن ليس ليست غير بدون دون إلا الا سوى فقط قد يجب ربما يمكن كل جميع بعض ضد قبل بعد ما
नहीं न मत बिना केवल सिर्फ शायद सकता सकते सकती चाहिए सभी कुछ
tidak bukan tanpa hanya mungkin harus boleh semua beberapa jangan
hapana si hakuna bila tu ba babu sai
seul seule seuls seules guère hormis excepté nullement scarcely nowhere nirgends nirgendwo keinesfalls keinerlei bloß
niemandem niemanden ausgenommen somente tampouco solamente tampoco soltanto solamente unicamente neppure nemmeno
лишь нигде едва исключая أبدا أبداً मात्र कभी yalnızca yalnız hariç olmadan hiçbir kimse
không chưa chẳng đừng chỉ trừ mọi mỗi
안 못 오직 모든 일부 아니다 아닌 아니라 없이 말고 제외 제외하고 없다 없는 않다 않는 않고 않은
않았다 못한다 대부분 단지 오로지
不 没 無 无 非 未 否 勿 莫 别 只 仅 可 能 须 必 应 或 全 各
"""

# "só" without its accent is grammar elsewhere, and no restriction.
TURNING = frozenset(_TURNING.split()) | (with_plain(_TURNING) - frozenset(_FUNCTION.split()))
"""Negation, modality and scope: taken away or added, they make another statement."""

FUNCTION = frozenset(_FUNCTION.split()) - TURNING
"""Grammar without content: adding one says nothing new."""

_SAYING = """
said say says saying told tell tells added adds stated states wrote writes writing explained explains noted notes
commented remarked replied reported concluded continued announced declared mentioned according asked recalled quoted
sagte sagt sagen erklärte erklärt teilte berichtete berichtet betonte meinte schrieb schreibt so hieß heißt ergänzte
dit disait déclaré déclare expliqué explique ajouté ajoute affirmé affirme indiqué indique précisé précise raconte
raconté écrit souligné selon lance lamenta
dijo dice dicho declaró declara explicó explica añadió afirmó afirma señaló indicó contó cuenta comentó según aseguró
escribió
disse diz declarou afirmou afirma explicou explica contou conta acrescentou segundo ressaltou destacou informou
detto dice ha dichiarato dichiara spiegato spiega aggiunto aggiunge affermato secondo racconta
сказал сказала сказали говорит говорят заявил заявила заявили сообщил сообщила сообщили отметил отметила добавил
добавила пояснил рассказал рассказала пишет подчеркнул словам
قال قالت يقول قائلا صرح صرحت أضاف أضافت وأضاف أوضح ذكر ذكرت أكد أشار
कहा कहना बताया बोले बोली जोड़ा
dedi söyledi belirtti ekledi açıkladı anlattı
zei zegt vertelde verklaarde voegde schreef powiedział powiedziała mówi dodał dodała sa säger sade berättade
alisema anasema
"""

SAYING = with_plain(_SAYING)
"""Verbs and words that attribute what is said; none that says more than that (such as "denied")."""

_FURNITURE = """
read more continue reading full story article here click tap learn show view see less next previous page print share
this post tweet email save pin advertisement advert ad ads sponsored subscribe sign up newsletter photo image images
picture file getty enlarge zoom loading menu top back home recipe below above continues after
weiterlesen mehr lesen anzeige drucken teilen merken hier klicken foto bild artikel versenden
lire suite partager imprimer cliquez ici publicité photo
leer más compartir imprimir publicidad seguir leyendo haga clic aquí foto
ler mais leia compartilhar imprimir publicidade continue lendo clique aqui foto
leggi tutto continua condividi stampa pubblicità foto
читать далее подробнее поделиться реклама фото печать
اقرأ أيضا المزيد شارك الخبر طباعة إعلان صورة
devamını oku paylaş yazdır reklam fotoğraf
और पढ़ें शेयर करें
lees meer delen advertentie czytaj więcej udostępnij reklama läs mer dela annons
"""

FURNITURE = with_plain(_FURNITURE)
"""What stands on buttons and lines around an article."""

FURNITURE_PHRASES = (
    "点击查看大图", "查看大图", "阅读全文", "点击查看", "展开全文", "图片", "続きを読む", "拡大する", "もっと見る",
    "写真", "더보기", "기사 더보기", "อ่านต่อ",
)  # fmt: skip
"""The same in scripts without spaces, where a token is a character."""

_SECTION = """
section sec chapter article art paragraph para clause no nr nº abs absatz artikel kapitel ziffer chapitre artículo
artigo art capítulo articolo capo статья ст пункт п глава 第 条 條 章 節 节 項 项 المادة madde bölüm धारा §
"""

SECTION = with_plain(_SECTION)
"""Words that stand with the number of a section, in front of it."""

_OPPOSED = """
from|to from|about
over|under above|below up|down in|out on|off into|out before|after with|without and|or he|she him|her his|her
his|hers himself|herself mr|mrs mr|ms mister|mrs sir|madam is|was are|were has|had
more|less more|fewer most|least fewest|most first|last old|new first|second second|third
von|nach über|unter und|oder er|sie ihm|ihr sein|ihr herr|frau ist|war sind|waren mit|ohne vor|nach ein|aus auf|ab
de|à sur|sous et|ou il|elle lui|elle monsieur|madame m|madame m|mme monsieur|mme
est|était sont|étaient avec|sans avant|après plus|moins
de|a y|o él|ella señor|señora sr|sra sr|señora señor|sra es|era es|fue con|sin sobre|bajo desde|hasta más|menos e|u
e|ou ele|ela senhor|senhora é|era é|foi com|sem dele|dela mais|menos
e|o lui|lei signor|signora con|senza da|a più|meno
и|или он|она его|её его|ее ему|ей с|без из|в из|до от|к от|до до|после над|под более|менее
من|إلى من|الى هو|هي مع|بدون فوق|تحت قبل|بعد و|أو
से|को और|या वह|वे ऊपर|नीचे पहले|बाद
ve|veya ile|siz daha|az
en|of hij|zij naar|van met|zonder i|lub z|bez on|ona
他|她 上|下 前|后 前|後 和|或 大|小 多|少 男|女 升|降 东|西 南|北 左|右 入|出
彼|女 内|外 高|低 増|減
"""

_PERSONS = """
i me my we us our you your ich wir uns unser unsere sie ihr je nous notre nos vous votre vos yo nosotros
nuestro nuestra usted ustedes su eu nós nosso nossa você vocês io noi nostro nostra voi vostro я мы наш наша
вы ваш ваша 我 我们 你 您 私 我々
"""

_BY_PERSON = """
i me my mine we us our ours ich mich mir wir uns unser unsere je nous notre nos yo nosotros nuestro nuestra eu nós nosso
nossa io noi nostro nostra я мы нас нам наш наша 我 我们 我們 私 我々
you your yours dich dir euch vous votre vos usted ustedes você vocês voi vostro vostra вы вас вам ваш ваша 你 您 你们
he him she they them their theirs er ihm ihn il elle ils elles eux ellos ellas eles elas loro он она они им них هو هي هم
वह वे onlar hij zij hen 他 她 他们 她们 彼 彼女 彼ら
"""
PERSONS = with_plain(_PERSONS)
"""The one who speaks and the one who is spoken to: in another's place, they are other people."""
PERSON = {
    word: number
    for number, words in enumerate(re.split(r"\n(?=you|he)", _BY_PERSON.strip()), 1)
    for word in with_plain(words)
}
"""The grammatical person of pronouns that mean no other one: 1, 2 or 3."""

_WORDS_OF_NUMBERS = """
0 zero null zéro cero ноль нуль صفر sıfır शून्य
1 one eins ein eine un une uno una um uma один одна одно واحد واحدة एक bir een jeden en ett moja một 一
2 two zwei deux dos dois duas due два две اثنان اثنين दो iki twee dwa två mbili hai 二 两 兩
3 three drei trois tres três tre три ثلاثة ثلاث तीन üç drie trzy tatu ba 三
4 four vier quatre cuatro quatro quattro четыре أربعة اربعة أربع اربع चार dört cztery fyra nne bốn 四
5 five fünf cinq cinco cinque пять خمسة خمس पाँच पांच beş vijf pięć fem tano năm 五
6 six sechs seis sei шесть ستة ست छह altı zes sześć sex sita sáu 六
7 seven sieben sept siete sete sette семь سبعة سبع सात yedi zeven siedem sju saba bảy 七
8 eight acht huit ocho oito otto восемь ثمانية ثماني आठ sekiz osiem åtta nane tám 八
9 nine neun neuf nueve nove девять تسعة تسع नौ dokuz negen dziewięć nio tisa chín 九
10 ten zehn dix diez dez dieci десять عشرة عشر दस tien dziesięć tio kumi mười 十
11 eleven elf onze once undici одиннадцать
12 twelve zwölf douze doce doze dodici двенадцать twaalf
13 thirteen dreizehn treize trece treze tredici тринадцать
14 fourteen vierzehn quatorze catorce catorze quattordici четырнадцать
15 fifteen fünfzehn quinze quince quindici пятнадцать
16 sixteen sechzehn seize dieciséis dezesseis dezasseis sedici шестнадцать
17 seventeen siebzehn diecisiete dezessete dezassete diciassette семнадцать
18 eighteen achtzehn dieciocho dezoito diciotto восемнадцать
19 nineteen neunzehn diecinueve dezenove dezanove diciannove девятнадцать
20 twenty zwanzig vingt veinte vinte venti двадцать عشرون عشرين बीस yirmi twintig dwadzieścia tjugo
30 thirty dreißig dreissig trente treinta trinta trenta тридцать
40 forty vierzig quarante cuarenta quarenta quaranta сорок
50 fifty fünfzig cinquante cincuenta cinquenta cinquanta пятьдесят
60 sixty sechzig soixante sesenta sessenta sessanta шестьдесят
70 seventy siebzig setenta settanta семьдесят
80 eighty achtzig ochenta oitenta ottanta восемьдесят
90 ninety neunzig noventa novanta девяносто
100 hundred hundert cent cien cem cento сто مئة مائة सौ yüz
200 двести zweihundert doscientos duzentos duecento
1000 thousand tausend mille mil тысяча тысячи тысяч ألف हज़ार bin
"""

NUMBER_WORDS = {
    word: float(value) for value, *words in map(str.split, _WORDS_OF_NUMBERS.strip().splitlines()) for word in words
}
"""What number words say."""

_MAGNITUDES = """
1000 thousand tausend mille mil тысяча тысячи тысяч тыс ألف bin k
1000000 million millions millionen mio million millones milhão milhões milione milioni миллион миллиона миллионов млн
1000000 مليون milyon mln mn
1000000000 billion billions milliarde milliarden mrd milliard milliards миллиард миллиарда миллиардов млрд مليار milyar
1000000000 miliardi bilhões bn
1000 천
10000 万 萬 만
100000000 亿 億 억
1000000000000 兆 조
"""

MAGNITUDES = {
    word: float(value) for value, *words in map(str.split, _MAGNITUDES.strip().splitlines()) for word in words
}
"""Words that multiply the number before them."""

MONTHS = (
    "january januar janvier enero janeiro gennaio января январь يناير ocak januari stycznia jan",
    "february februar février febrero fevereiro febbraio февраля февраль فبراير şubat februari lutego feb",
    "march märz mars marzo março марта март مارس mart maart marca mar",
    "april avril abril aprile апреля апрель أبريل nisan kwietnia نيسان apr",
    "may mai mayo maio maggio мая май مايو mayıs mei maja",
    "june juni juin junio junho giugno июня июнь يونيو haziran czerwca jun",
    "july juli juillet julio julho luglio июля июль يوليو temmuz lipca jul",
    "august août agosto августа август أغسطس ağustos augustus sierpnia aug",
    "september septembre septiembre setembro settembre сентября сентябрь سبتمبر eylül września sept sep",
    "october oktober octobre octubre outubro ottobre октября октябрь أكتوبر ekim października oct okt",
    "november novembre noviembre novembro ноября ноябрь نوفمبر kasım listopada nov",
    "december dezember décembre diciembre dezembro dicembre декабря декабрь ديسمبر aralık grudnia dec dez",
)
"""The names of the months."""

_UNITS = """
km км kilomet kilómet quilômet quilómet chilomet километр किलोमीटर किमी كيلومتر كم
m metre metres meter meters mètre mètres metro metros metri метр метра метров м متر
cm см centimet zentimet centimèt centímet сантиметр
mm мм millimet milímet миллиметр
kg кг kilogram kilo kilos килограмм quilo किलोग्राम
g gram grams gramm gramme grammes gramos gramas грамм
l litre litres liter liters litro litros litri литр литра литров
h hr hrs hour hours stunde stunden heure heures hora horas ora ore час часа часов uhr
min minute minutes minuten minuto minutos minuti минут минуты
s sec secs second seconds sekunde sekunden seconde secondes segundo segundos
% percent prozent pct pourcent процент процента процентов प्रतिशत persen procent بالمئة بالمائة
$ dollar dollars dólar dólares доллар долларов dollari usd dlrs
€ euro euros евро eur
£ pound pounds pfund livres libras gbp sterling
¥ yen yuan 円 元
₹ rupee rupees रुपये रुपए inr
₽ рубль рубля рублей
"""

UNITS = {word: key for key, *words in map(str.split, _UNITS.strip().splitlines()) for word in (key, *words)}
"""What each word for a unit, or its stem, is short for."""

_PAIRS = [pair.split("|") for pair in _OPPOSED.split()]
_ARTICLES = [word for word in NUMBER_WORDS if word in FUNCTION]
OPPOSED = frozenset(
    [frozenset(pair) for pair in _PAIRS]
    + [frozenset(map(plain, pair)) for pair in _PAIRS if plain(pair[0]) != plain(pair[1])]
    + [
        frozenset((plain(word), form))
        for word in _ARTICLES
        for other, value in NUMBER_WORDS.items()
        if value != NUMBER_WORDS[word]
        for form in (plain(other), str(int(value)))
    ]
    + [frozenset((unit, other)) for unit in UNITS if unit in FUNCTION for other in UNITS if UNITS[other] != UNITS[unit]]
)
"""Pairs of words of which one in place of the other turns the statement round, or means somebody else.

"One" is an article in many languages, and so grammar; in place of "two" it is a number. "m" is what is left of "am",
and in place of "km" it is metres.
"""

_ACCENTED = """
wurde|würde wurden|würden hatte|hätte hatten|hätten konnte|könnte konnten|könnten musste|müsste mussten|müssten
durfte|dürfte durften|dürften waren|wären mochte|möchte mochten|möchten schon|schön fordern|fördern
fordert|fördert forderte|förderte drucken|drücken losen|lösen
año|ano años|anos paso|pasó llego|llegó hablo|habló gano|ganó compro|compró público|publicó
marche|marché côté|côte cote|côté tache|tâche pêcheur|pécheur élève|élevé
avô|avó pais|país pode|pôde publica|pública
"""

ACCENTED = frozenset(frozenset(pair.split("|")) for pair in _ACCENTED.split())
"""Pairs of words that differ by an accent, and say different things."""

_STATUS = """
cancelled canceled postponed closed sold out corrected updated breaking live exclusive opinion abgesagt verschoben
geschlossen ausverkauft annulé reporté fermé complet cancelado aplazado cerrado adiado fechado esgotado annullato
отменён отменен закрыт перенесён abgelehnt rejected approved retracted draft final
"""

STATUS = with_plain(_STATUS)
"""Words that after a dash say what became of a thing; they are no name of a site."""

SITES = (
    "报", "网", "社", "台", "网站", "新闻", "频道", "在线", "新浪", "腾讯", "報", "網",
    "新聞", "ニュース", "オンライン", "通信", "日報",
    "뉴스", "신문", "일보", "방송", "صحيفة", "جريدة", "موقع", "وكالة", "قناة", "نيوز", "الإخبارية",
    "समाचार", "न्यूज़", "न्यूज", "ख़बर",
    "ข่าว", "ออนไลน์",
)  # fmt: skip
"""What the names of sites begin or end with, in scripts without capitals."""

_ENTITIES = "amp quot lt gt nbsp apos br strong em span ndash mdash hellip rsquo lsquo rdquo ldquo utm"
ENTITIES = frozenset(_ENTITIES.split())
"""What is left of markup."""

LINKS = frozenset(["http", "https", "www", "wiki"])
"""What the target of a link holds."""
