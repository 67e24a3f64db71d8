# The boundary of the crate in native/: arrays are bytes, little-endian, of 64 bits unless said otherwise.

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

INTERFACE: int

def instructions() -> list[str]: ...
def fail() -> None: ...
def read_records(data: bytes, field: bytes, limit: int, longest: int) -> tuple[bytes, bytearray, bytearray] | None: ...
def locate_in_record(data: bytes, field: bytes, places: list[int]) -> list[int] | None: ...
def end_of_rows(data: bytes, begin: int, delimiter: int, whole: bool) -> tuple[int, int]: ...
def read_rows(
    data: bytes, begin: int, table: tuple[int, int, int], limit: int
) -> tuple[bytes, bytearray, bytearray] | None: ...
def locate_in_row(data: bytes, table: tuple[int, int, int], places: list[int]) -> list[int] | None: ...

class Splitter:
    def __init__(self, table: bytes) -> None: ...  # of 16 bits
    def split(self, text: bytes, documents: bytes, how: str) -> tuple[bytearray, bytearray, bytearray]: ...

def in_company(keys: bytes, flags: bytes) -> tuple[bytearray, bytearray]: ...  # keys of 32 bits, flags of 8
def bucket_pairs(
    members: tuple[bytes, bytes, bytes],  # the last one of 8 bits
    features: tuple[bytes, bytes, bytes],  # the first one of 32 bits
    limits: tuple[float, bool, int, int],
    looks: tuple[int, int],
    before: int,
) -> tuple[bytearray, int]: ...
def common(letters: tuple[bytes, bytes], pairs: tuple[bytes, bytes]) -> bytearray: ...
def numbers_lacking(letters: tuple[bytes, bytes], pairs: tuple[bytes, bytes]) -> bytearray: ...

class Kernels:
    def __init__(
        self, classes: bytes, signs: bytes, folds: bytes, combining: bytes, forms: bytes, instructions: str
    ) -> None: ...
    def digests(self, text: bytes, edges: bytes, salts: bytes | None) -> bytearray: ...
    def tokens(self, text: bytes, edges: bytes) -> Paragraphs: ...
    def read_normalised(self, paragraphs: Paragraphs, text: bytes, edges: bytes) -> None: ...

class Paragraphs:
    def odd(self) -> list[int]: ...
    def rows(
        self,
        salts: bytes | None,
        min_words: int,
        function_words: bytes | None,
        permutations: tuple[bytes, bytes] | None,
        banding: tuple[int, int],
    ) -> tuple[bytearray, bytearray, bytes, bytearray]: ...

def placed_tokens(
    kernels: Kernels, text: bytes, edges: bytes
) -> tuple[bytearray, bytes, bytearray, bytearray, list[int]]: ...
def repeating(
    paragraphs: Paragraphs, counts: bytes, min_words: int, short_run: int, voting: tuple[int, float, int] | None
) -> bytes: ...

class Sieve:
    def __init__(
        self,
        kernels: Kernels,
        words: dict[str, int],
        accented: dict[int, str],
        initials: dict[int, int],
        signs: tuple[str, ...],
        limits: tuple[int, int, int, int],
    ) -> None: ...
    def settled(
        self, letters: tuple[bytes, bytes], texts: Sequence[bytes], pairs: tuple[bytes, bytes], cells: int
    ) -> bytes: ...

class FormReader:
    def __init__(
        self,
        table: bytes,  # of 16 bits
        folds: dict[str, str],
        lists: tuple[dict[str, str], AbstractSet[str], AbstractSet[str]],
        signs: tuple[str, str, str, str],
        expressions: dict[str, tuple[str, bool]],
    ) -> None: ...
    def read(self, text: str, spans: bytes) -> tuple[list[int], list[int], list[tuple[int, int, str]], bytes]: ...
