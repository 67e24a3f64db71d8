"""Phrases of some twenty languages, for `dedup.language.phrases`; those on one line of `SAME` say the same."""

SAME = """
don t|do not
doesn t|does not
didn t|did not
isn t|is not
aren t|are not
wasn t|was not
weren t|were not
hasn t|has not
haven t|have not
hadn t|had not
couldn t|could not
wouldn t|would not
shouldn t|should not
mustn t|must not
needn t|need not
won t|will not
can t|cannot|can not
ll|will
let s|let us
fewer|less
for example|for instance|e g|eg
for example|z b|zum beispiel
such as|like|e g|eg
that is|i e|ie
das heisst|d h
and so on|etc|et cetera|and so forth
as well as|and
sowie|und
bem como|assim como|e
asi como|y
ainsi que|et
beziehungsweise|bzw
toward|towards
amid|amidst
among|amongst
while|whilst
until|till
learned|learnt
burned|burnt
dreamed|dreamt
spelled|spelt
spoiled|spoilt
gray|grey
inquiry|enquiry
inquiries|enquiries
program|programme
programs|programmes
defense|defence
offense|offence
license|licence
pretense|pretence
check|cheque
checks|cheques
tire|tyre
tires|tyres
plow|plough
mom|mum
skeptical|sceptical
center|centre
centers|centres
theater|theatre
theaters|theatres
color|colour
colors|colours
favor|favour
favorite|favourite
favorites|favourites
honor|honour
labor|labour
harbor|harbour
neighbor|neighbour
neighbors|neighbours
neighborhood|neighbourhood
behavior|behaviour
humor|humour
rumor|rumour
rumors|rumours
armor|armour
organization|organisation
organizations|organisations
authorization|authorisation
civilization|civilisation
traveler|traveller
travelers|travellers
counselor|counsellor
fiber|fibre
meter|metre
meters|metres
liter|litre
liters|litres
licenses|licences
info|information
ad|advertisement
ads|advertisements
app|application
apps|applications
photo|photograph
photos|photographs
lab|laboratory
exam|examination
aluminum|aluminium
jewelry|jewellery
pajamas|pyjamas
airplane|aeroplane
airplanes|aeroplanes
percent|per cent|pct
television|tv
telephone|phone
versus|vs|v
okay|ok
# approximately|approx|about|around|roughly|some
# over|more than|in excess of
# under|less than|fewer than
# at least|no less than|no fewer than
# at most|no more than
per year|a year|annually|per annum
per month|a month|monthly
per week|a week|weekly
per day|a day|daily
# mehr als|uber
# weniger als|unter
# rund|etwa|ca|circa|ungefahr
# mais de|acima de
# menos de|abaixo de
# cerca de|aproximadamente|em torno de|por volta de
# mas de|por encima de
# alrededor de|aproximadamente|unos
# plus de|au dessus de
# environ|a peu pres|approximativement
# более|больше|свыше
# около|примерно|приблизительно
# نحو|حوالي|حوالى|ما يقارب
# اكثر من|ما يزيد على|ما يزيد عن
united states|us|usa|u s|u s a
united states of america|usa|u s a
united kingdom|uk|u k
european union|eu|e u
united nations|un|u n
united arab emirates|uae
vereinigte staaten|usa|us
vereinigten staaten|usa|us
europaische union|eu
europaischen union|eu
vereinte nationen|uno|un
vereinten nationen|uno|un
estados unidos|eua|ee uu|eeuu|usa
etats unis|usa
nations unies|onu
nacoes unidas|onu
naciones unidas|onu
uniao europeia|ue
union europea|ue
union europeenne|ue
сша|соединенные штаты|соединенных штатов
company|co
corporation|corp
incorporated|inc
limited|ltd
limitada|ltda
brothers|bros
saint|st
street|st
avenue|ave
road|rd
senator|sen
governor|gov
general|gen
colonel|col
captain|capt
lieutenant|lt
sergeant|sgt
representative|rep
professor|prof
doctor|dr
doktor|dr
doutor|dr
docteur|dr
government|govt
department|dept
international|intl
association|assn
quarterly|qtly
quarter|qtr
quarters|qtrs
operating|oper
year|yr
years|yrs
shares|shrs
share|shr
average|avg
dividend|div
cents|cts
cent|ct
كانون الثاني|يناير
شباط|فبراير|فيفري
اذار|مارس
نيسان|ابريل|افريل
ايار|مايو
حزيران|يونيو|جوان
تموز|يوليو|يوليوز|جويلية
اب|اغسطس|غشت
ايلول|سبتمبر|شتنبر
تشرين الاول|اكتوبر
تشرين الثاني|نوفمبر
كانون الاول|ديسمبر
الدكتور|دكتور|د
الدكتورة|دكتورة|د
catalog|catalogue
catalogs|catalogues
dialog|dialogue
leaned|leant
d|would
d|had
doctora|dra
señora|sra
señor|sr
senhor|sr
avenida|av|avda
telefono|tel
bulevard|bd
numero|num|nro|n
first|1st
second|2nd
third|3rd
fourth|4th
fifth|5th
sixth|6th
seventh|7th
eighth|8th
ninth|9th
tenth|10th
eleventh|11th
twelfth|12th
thirteenth|13th
fourteenth|14th
fifteenth|15th
sixteenth|16th
seventeenth|17th
eighteenth|18th
nineteenth|19th
twentieth|20th
pra|para a
pro|para o
pras|para as
pros|para os
ums|um das
furs|fur das
aufs|auf das
ins|in das
℃|° c
℉|° f
㎡|m²|m2
㎥|m³|m3
㎞|km
㎝|cm
㎜|mm
㎏|kg
ครับ|ค่ะ|คะ
因为|由于
所以|因此
但是|可是|不过|然而
如果|若
# 约|大约
"""
"""A line says one thing; one that begins with "#" does before a number. What is rounder, more certain, or of
another unit has no place here."""

FILLERS = """
opens in new window|opens in a new window|opens in new tab|opens in a new tab|email protected
cdn cgi l email protection
please|bitte|por favor|s'il vous plaît|per favore|пожалуйста|من فضلك|يرجى|कृपया|lütfen|alstublieft|proszę|tolong
moreover|furthermore|however|therefore|thus|hence|nevertheless|nonetheless|consequently|as well
jedoch|allerdings|zudem|außerdem|deshalb|daher|deswegen|somit|dennoch|trotzdem|hingegen|ebenfalls|indes|indessen
darüber hinaus|des weiteren|im übrigen|übrigens
porém|entretanto|contudo|todavia|portanto|no entanto|além disso|por isso
sin embargo|no obstante|además|asimismo|por lo tanto|por tanto
cependant|toutefois|pourtant|donc|en outre|par ailleurs|par conséquent|néanmoins
tuttavia|inoltre|quindi|pertanto
однако|кроме того|поэтому|впрочем|таким образом
ومع ذلك|كذلك|لذلك|علاوة على ذلك|بالإضافة إلى ذلك|أيضا|أيضاً|قدره|قدرها
ayrıca|bununla birlikte|bu nedenle
इसलिए|हालांकि|इसके अलावा
echter|bovendien|tevens|overigens|jednak|ponadto|dlatego|namun|selain itu|oleh karena itu
hata hivyo|aidha|vilevile|kwa hiyo|haka kuma|saboda haka|haka zalika
此外|另外|因此|然而|但是|不过
また|さらに|しかし|そのため|なお
또한|그러나|한편|따라서|그리고|하지만
นอกจากนี้|อย่างไรก็ตาม|ดังนั้น
"""
"""What ties a sentence to the one before it, and says nothing by itself."""

LEADING = """
in addition|meanwhile|besides|accordingly|of course|by the way|in fact|indeed|in turn|at the same time|similarly
likewise|additionally|well|again
dabei|darum|dagegen|ebenso|unterdessen|inzwischen|gleichzeitig
assim|dessa forma|desta forma|por sua vez|enquanto isso|ao mesmo tempo|aliás|com isso
por otra parte|por su parte|mientras tanto|pues|de plus|en effet|d ailleurs|infatti|intanto
при этом|между тем|тем временем|итак|к тому же
من جهة أخرى|من جانبه|في الوقت نفسه|من ناحية أخرى
böylece|öte yandan|bu arada|इस बीच|daarom|jednocześnie|sementara itu|amma|futhi|kodwa|nokho
同时|于是|而且|据悉|据了解|据介绍
一方|ただし|ทั้งนี้|ขณะเดียวกัน
"""
"""The same, where they begin a sentence or a clause; elsewhere they say when, how or what."""

CALLS = """
act now|order now|buy now|book now|shop now|sign up now|join now|start now|apply now|register now|subscribe now
get it now|learn more|find out more|click here to get it now|see more|try it now|watch now|download now|get started
jetzt bestellen|jetzt kaufen|jetzt anmelden|jetzt registrieren|jetzt buchen|mehr erfahren|jetzt ansehen|jetzt abonnieren
compre agora|saiba mais|assine agora|inscreva se|cadastre se|assine ja|clique e saiba mais
compre ahora|saber mas|suscribete|suscribase|registrate|ver mas|reserve ahora
en savoir plus|abonnez vous|inscrivez vous|achetez maintenant|je m abonne
подробнее|узнать больше|подписаться|купить|заказать
اشترك الان|اقرا المزيد|اكتب رايك|سجل الان|اضغط هنا|شارك من خلال
daha fazla|hemen al|abone ol
立即购买|立即注册|了解更多|点击了解|马上订阅
もっと見る|詳しくはこちら|今すぐ購入
자세히 보기|구독하기
ดูเพิ่มเติม|อ่านเพิ่มเติม|สมัครเลย|คลิกที่นี่
"""
"""What readers are called upon to do by a button."""
