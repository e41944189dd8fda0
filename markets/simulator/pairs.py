"""Names, price levels and categories for a generated market."""

from dataclasses import dataclass
from typing import Final

import numpy as np

# Base asset, price in USDT, category; prices are round levels, nothing recorded.
_WELL_KNOWN: Final = """
BTC 95000 PoW|ETH 3300 Layer-1|BNB 680 Layer-1|SOL 190 Layer-1|XRP 2.2 Payment
DOGE 0.32 Meme|ADA 0.9 Layer-1|TRX 0.25 Layer-1|AVAX 38 Layer-1|LINK 21 Infrastructure
TON 5.4 Layer-1|DOT 7.1 Layer-1|BCH 440 Payment|LTC 105 Payment|NEAR 5.2 Layer-1
SUI 4.3 Layer-1|APT 9.1 Layer-1|UNI 13 DeFi|AAVE 310 DeFi|ICP 10.4 Layer-1|ETC 26 PoW
XLM 0.4 Layer-2|FIL 5.1 Storage|ATOM 6.6 Layer-1|ARB 0.74 Layer-2|OP 1.85 Layer-2
INJ 21 DeFi|HBAR 0.28 Layer-1|VET 0.047 Layer-1|STX 1.6 Layer-2|IMX 1.3 NFT
RUNE 4.8 DeFi|GRT 0.21 AI|ALGO 0.34 Layer-1|FTM 0.7 Layer-1|SEI 0.41 Layer-1
TIA 4.9 Layer-1|MKR 1450 DeFi|LDO 1.8 DeFi|WLD 2.1 AI|FET 1.3 AI|RENDER 7.1 AI
THETA 2.2 AI|TAO 460 AI|ORDI 25 Meme|WIF 1.8 Meme|BOME 0.006 Meme|NOT 0.006 Gaming
JUP 0.85 DeFi|PYTH 0.37 Infrastructure|ENA 0.93 DeFi|PENDLE 5.1 DeFi|CRV 0.9 DeFi
SNX 2.1 DeFi|COMP 80 DeFi|SUSHI 1.4 DeFi|YFI 8300 DeFi|1INCH 0.38 DeFi|BAL 2.5 DEX
DYDX 1.5 DeFi|GMX 27 DeFi|KAVA 0.46 DeFi|BAND 1.4 DeFi|ZRX 0.51 DeFi|KNC 0.55 DeFi
CAKE 2.5 DeFi|SAND 0.56 Metaverse|MANA 0.48 Metaverse|AXS 6.3 Metaverse
GALA 0.036 Gaming|ENJ 0.23 Gaming|APE 1.2 NFT|CHZ 0.087 NFT|GMT 0.16 NFT|BLUR 0.26 NFT
MAGIC 0.48 Metaverse|YGG 0.5 Gaming|PIXEL 0.15 Gaming|RONIN 1.9 Gaming
BEAMX 0.02 Gaming|ILV 42 Metaverse|ALICE 1.1 Metaverse|1000SHIB 0.022 Meme
1000PEPE 0.018 Meme|1000FLOKI 0.18 Meme|1000BONK 0.03 Meme|PEOPLE 0.05 Meme
MEME 0.012 Meme|TURBO 0.008 Meme|NEIRO 0.001 Meme|PNUT 0.7 Meme|MEW 0.006 Meme
ACT 0.3 Meme|ZEC 55 PoW|DASH 36 PoW|XMR 195 PoW|RVN 0.02 PoW|CKB 0.014 PoW
CFX 0.16 PoW|ZEN 24 PoW|IOTA 0.32 PoW|ZIL 0.02 PoW|ONT 0.25 PoW|NKN 0.08 PoW
XTZ 1.25 Layer-1|EGLD 33 Layer-1|QTUM 3.1 Layer-1|NEO 14 Layer-1|KSM 32 Layer-1
CELO 0.68 Layer-1|FLOW 0.72 Layer-1|ROSE 0.08 Layer-1|MINA 0.59 Layer-1
KLAY 0.16 Layer-1|IOST 0.006 Layer-1|WAVES 1.5 Layer-1|ONE 0.025 Layer-2
SKL 0.06 Layer-2|CELR 0.019 Layer-2|MANTA 0.8 Layer-2|STRK 0.46 Layer-2
ZK 0.18 Layer-2|METIS 42 Layer-2|LRC 0.2 Layer-2|COTI 0.12 Payment|ACH 0.028 Payment
DGB 0.011 Payment|AR 16 Storage|STORJ 0.5 Storage|HOT 0.002 Storage|BLZ 0.1 Storage
SC 0.005 Storage|ENS 34 Infrastructure|API3 1.6 Infrastructure
JASMY 0.034 Infrastructure|MASK 3 Infrastructure|TRB 60 Infrastructure
BAT 0.24 Infrastructure|SSV 22 Infrastructure|LPT 15 AI|OCEAN 0.5 AI|RLC 2.2 AI
NMR 17 AI|PHB 1.9 AI|ARKM 1.6 AI|AI 0.5 AI|PAXG 2680 RWA|ONDO 1.4 RWA|OM 3.7 RWA
POLYX 0.23 RWA|CFG 0.4 RWA
"""
_ONSETS: Final = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z")
_VOWELS: Final = ("a", "e", "i", "o", "u")
_CATEGORIES: Final = ("DeFi", "Infrastructure", "AI", "Layer-1", "Meme", "Gaming")


@dataclass(frozen=True, slots=True)
class Name:
    """A base asset of the generated market."""

    base_asset: str
    price: float
    category: str


def names(count: int, *, seed: int) -> list[Name]:
    """Return `count` different assets, the well-known ones first."""
    known = [
        Name(base, float(price), category)
        for base, price, category in (
            entry.split()
            for entry in _WELL_KNOWN.replace("\n", "|").split("|")
            if entry
        )
    ][:count]
    return known + _invented(
        count - len(known), {name.base_asset for name in known}, seed
    )


def _invented(count: int, taken: set[str], seed: int) -> list[Name]:
    random = np.random.default_rng([seed, 1])
    found: list[Name] = []
    while len(found) < count:
        base = "".join(
            str(random.choice(_ONSETS)) + str(random.choice(_VOWELS))
            for _ in range(int(random.integers(2, 4)))
        ).upper()
        if base not in taken:
            taken.add(base)
            price = float(10 ** random.uniform(-3, 1.3))
            found.append(Name(base, price, str(random.choice(_CATEGORIES))))
    return found
