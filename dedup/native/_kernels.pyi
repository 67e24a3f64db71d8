# The boundary of the crate in native/: arrays are bytes, little-endian, of 64 bits unless said otherwise.

from collections.abc import Sequence

INTERFACE: int

def instructions() -> list[str]: ...
def fail() -> None: ...
def common(letters: tuple[bytes, bytes], pairs: tuple[bytes, bytes]) -> bytearray: ...
def numbers_lacking(letters: tuple[bytes, bytes], pairs: tuple[bytes, bytes]) -> bytearray: ...

class Kernels:
    def __init__(
        self, classes: bytes, signs: bytes, folds: bytes, combining: bytes, forms: bytes, instructions: str
    ) -> None: ...
    def digests(self, text: bytes, starts: bytes, ends: bytes, salts: bytes | None) -> tuple[bytearray, bytearray]: ...
    def tokens(self, text: bytes, edges: bytes) -> Paragraphs: ...

class Paragraphs:
    def odd(self) -> list[int]: ...
    def put(self, hashes: bytes, numeric: bytes, offsets: bytes) -> None: ...
    def rows(
        self,
        salts: bytes | None,
        min_words: int,
        function_words: bytes | None,
        permutations: tuple[bytes, bytes] | None,
        banding: tuple[int, int],
    ) -> tuple[bytearray, bytearray, bytes, bytearray]: ...

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
