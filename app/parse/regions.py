"""Which division a department belongs to, by the names of GB/T 2260 in its own name; what fits several is refused."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from app import codelists, values
from app.codelists import Division
from app.errors import DocumentError

# Bodies of the whole country. They count only where the name holds no division.
_CENTRAL = re.compile(
    r"^(?:中央|国家|全国|中华人民共和国|最高人民|国务院)|"
    r"^中国(?:科学院|社会科学院|工程院|气象局|地震局|人民银行|民用航空局|科学技术协会|作家协会|文学艺术界联合会|残疾人联合会)"
    r"(?:本级|机关)?$|"
    # The ministries under their short names, which only they have: below, 部 is a body of the Party.
    r"^(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源和社会保障|自然资源|生态环境|住房和城乡建设|交通运输|水利|"
    r"农业农村|商务|文化和旅游|退役军人事务|应急管理)部(?:\((?:本级|机关|汇总)\))?$|^审计署$|^海关总署$|^新华通讯社$|^水利部.+委员会$"
)
_PARTY = re.compile(r"^(?:中共|中国共产党|中国共产主义青年团|共青团|民革|民盟|民建|民进|农工党|致公党|九三学社)")
_DIVISION_SUFFIX = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|林区|特区|地区|省|市|区|县|旗|盟)$")
_SHORTEST_STEM = 2
# An area that the list of divisions does not hold; the division that it begins with is not it.
_OTHER_AREA = re.compile(r"新区|开发区|高新区|园区|示范区|街道|[乡镇村]")

# 延边朝鲜族自治州 is called 延边州, 石柱土家族自治县 石柱县: without the nationalities.
_NATIONALITIES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|"
    "布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
_AUTONOMOUS = re.compile(rf"^(?P<stem>[\u4e00-\u9fff]{{2,}}?)(?:(?:{_NATIONALITIES})族?|各族)+自治(?P<level>[州县旗])$")


class AmbiguousRegionError(DocumentError):
    """A department's name fits several divisions."""

    def __init__(self, name: str, candidates: Sequence[Division]) -> None:
        listed = ", ".join(f"{division.code} {division.full_name}" for division in candidates)
        super().__init__(
            f"ambiguous_region: {name!r} fits {len(candidates)} divisions ({listed}); say which one with --region CODE"
        )
        self.candidates = tuple(candidates)


def find_regions(name: str) -> list[Division]:
    """The divisions that a department's name fits, by the GB/T 2260 names in it; one where the name is clear.

    The names are taken from the left, the longest that fits at each place; the last one decides, and those before it
    must lie above it: `株洲市石峰区委…` is 石峰区 of 株洲市. A name without 市, 区 or 县 counts only at the beginning.
    """
    folded = _PARTY.sub("", values.normalise_department(name))
    named = _names_in(folded)
    for depth in range(len(named), 0, -1):
        above = named[: depth - 1]
        fitting = [
            division
            for division in _by_name()[named[depth - 1]]
            if all(any(up in _by_name()[other] for up in _above(division)) for other in above)
        ]
        if fitting:
            return fitting
    if _CENTRAL.match(folded):
        return [codelists.COUNTRY]
    stems = [stem for stem in _by_stem() if folded.startswith(stem) and not _OTHER_AREA.search(folded)]
    return _by_stem()[max(stems, key=len)] if stems else []


def region_of(name: str, source_file: str, region_code: str | None) -> str:
    """The code of the division that a department belongs to: the given one, or that which its name says.

    DocumentError where the name says none, or several.
    """
    if region_code is not None:
        if region_code not in codelists.divisions():
            raise DocumentError(f"--region {region_code!r} is not a division code of GB/T 2260 (six digits, 130607)")
        return region_code
    fitting = find_regions(name)
    if not fitting:
        near = _by_stem().get(max((stem for stem in _by_stem() if name.startswith(stem)), key=len, default=""), [])
        perhaps = f" (perhaps {near[0].code} {near[0].full_name})" if len(near) == 1 else ""
        raise DocumentError(
            f"{source_file}: {name!r} names no division; say which one it is with --region CODE{perhaps}"
        )
    if len(fitting) > 1:
        raise AmbiguousRegionError(name, fitting)
    return fitting[0].code


def _names_in(folded: str) -> list[str]:
    names = _by_name()
    longest = max(map(len, names))
    found: list[str] = []
    place = 0
    while place < len(folded):
        length = next(
            (size for size in range(longest, _SHORTEST_STEM - 1, -1) if folded[place : place + size] in names), None
        )
        if length is not None:
            found.append(folded[place : place + length])
        place += length or 1
    return found


def _above(division: Division) -> Iterable[Division]:
    while division.parent_code is not None:
        division = codelists.divisions()[division.parent_code]
        yield division


@cache
def _by_name() -> dict[str, list[Division]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for division in codelists.divisions().values():
        if division.level != "country" and len(division.name) >= _SHORTEST_STEM:
            found[division.name].append(division)
            short = _AUTONOMOUS.match(division.name)
            if short:
                found[short["stem"] + short["level"]].append(division)
    return dict(found)


@cache
def _by_stem() -> dict[str, list[Division]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for division in codelists.divisions().values():
        stem = _DIVISION_SUFFIX.sub("", division.name)
        if division.level != "country" and len(stem) >= _SHORTEST_STEM:
            found[stem].append(division)
    return dict(found)
