"""Closed lists: words that carry grammar and no content, and words that turn a statement round.

Folded forms, as tokens are. The languages share one list: a word that is grammar in one language and content in another
(German "die") costs little, because the list is asked only about the few tokens in which two near-duplicates differ.
"""

from __future__ import annotations

_FUNCTION = """
a an the this that these those it its he she they them their his her we our you your i my me him us who whom whose which
and or but so as at by for from in into of off on onto to up out with within over under about than then there here
is are was were be been being am has have had do does did s re ve ll d m also just too very such if while when
said says say told added according
der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei mit nach von vom vor zu
zum zur
für über unter um durch als wie so es er sie wir ihr ich ist sind war waren wird werden wurde wurden hat haben hatte
sich
dieser diese dieses auch noch dann dass daß ob wenn
le la les l un une des du de d et ou mais au aux en dans par pour sur sous avec ce cet cette ces il elle ils elles on
nous vous
je se sa son ses leur leurs qui que qu est sont été être a ont avait aussi ainsi comme
el los las lo uno una unos unas y e o u pero del al con por para sin sobre entre como más su sus él ella ellos se es
son fue
ser ha han había que qué quien este esta estos estas eso también
os as um uma uns umas do da dos das no na nos nas ao aos à às pelo pela pelos pelas com em por para que quem é são foi
foram
ser tem têm seu sua seus suas ele ela eles elas também
il lo gli i un uno una del della dei degli delle al allo alla ai agli alle dal dalla nel nella nei con per su tra fra e
ed che chi
è sono era ha hanno si anche come
het een van op te aan bij voor door over uit met en of maar dat dit deze die is zijn was waren heeft hebben ook als er
och eller men på till från av för med som det den en ett är var har att om
i w z ze na do od o u za po przez dla jest są był była było się to ten ta te że
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
not no nor never none nothing nobody neither without cannot can t non un except unless only hardly barely rarely seldom
few less least
may might must shall should could would will likely unlikely possibly probably allegedly reportedly perhaps maybe
if some any all every each most many both either before after until since against
nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne nur kaum weder außer darf dürfen muss
müssen soll sollen
sollte kann können könnte vielleicht mögliche möglicherweise alle einige jeder jede vor gegen bis
ne pas jamais aucun aucune rien personne sans ni sauf seulement peut peuvent doit doivent pourrait devrait tous toutes
quelques contre
avant après
no nunca jamás ningún ninguna ninguno nada nadie sin ni salvo solo sólo puede pueden debe deben podría debería todos
todas algunos contra
antes después
não nunca jamais nenhum nenhuma nada ninguém sem nem exceto apenas só pode podem deve devem poderia deveria todos todas
alguns
antes depois
non mai nessun nessuno nessuna niente nulla senza né tranne solo può possono deve devono potrebbe dovrebbe tutti tutte
alcuni contro prima dopo
niet geen nooit niets niemand zonder alleen kan kunnen moet moeten mag mogen zou alle sommige tegen voor
inte ingen inget inga aldrig utan bara kan får måste bör ska alla några
nie nigdy żaden nikt nic bez tylko może mogą musi muszą powinien wszystkie przeciw
не нет ни никогда никто ничего без кроме только может могут должен должна должны можно нельзя все всех некоторые против
değil yok hiç asla olmaz sadece ancak belki gerekir
لا لم لن ليس ليست غير بدون دون إلا الا سوى فقط قد يجب ربما يمكن كل جميع بعض ضد قبل بعد ما
नहीं न मत बिना केवल सिर्फ शायद सकता सकते सकती चाहिए सभी कुछ
tidak bukan tanpa hanya mungkin harus boleh semua beberapa jangan
hapana si hakuna bila tu ba babu sai
不 没 無 无 非 未 否 勿 莫 别 只 仅 可 能 须 必 应 或 全 各
"""

TURNING = frozenset(_TURNING.split())
"""Negation, modality and scope: taken away or added, they make another statement."""

FUNCTION = frozenset(_FUNCTION.split()) - TURNING
"""Grammar without content: adding one says nothing new."""
