"""The countries that the ERP knows, by name: English and Norwegian (docs/explanation/mapping.rst, "Countries")."""

from __future__ import annotations

from functools import cache

NAMES = """
    Afghanistan; Albania; Algeria; Algerie; American Samoa; Andorra; Angola; Anguilla; Antarctica; Antigua and Barbuda;
    Argentina; Armenia; Aruba; Aserbajdsjan; Australia; Austria; Azerbaijan; Bahamas; Bahrain; Bangladesh; Barbados;
    Belarus; Belgia; Belgium; Belize; Benin; Bermuda; Bhutan; Bolivia; Bonaire, Sint Eustatius and Saba; Bosnia and
    Herzegovina; Bosnia-Hercegovina; Botswana; Bouvet Island; Brasil; Brazil; British Indian Ocean Territory; British
    Virgin Islands; Brunei; Bulgaria; Burkina Faso; Burundi; Cabo Verde; Cambodia; Cameroon; Canada; Cape Verde;
    Caribbean Netherlands; Cayman Islands; Central African Republic; Chad; Chile; China; Christmas Island; Cocos
    (Keeling) Islands; Colombia; Comoros; Congo; Cook Islands; Costa Rica; Croatia; Cuba; Curaçao; Cyprus; Czech
    Republic; Czechia; Côte d'Ivoire; Danmark; De forente arabiske emirater; Democratic Republic of the Congo; Denmark;
    Djibouti; Dominica; Dominican Republic; East Timor; Ecuador; Egypt; El Salvador; Elfenbenskysten; Equatorial Guinea;
    Eritrea; Estland; Estonia; Eswatini; Ethiopia; Etiopia; Falkland Islands; Faroe Islands; Fiji; Filippinene; Finland;
    France; Frankrike; French Guiana; French Polynesia; French Southern Territories; Færøyene; Gabon; Gambia; Georgia;
    Germany; Ghana; Gibraltar; Greece; Greenland; Grenada; Grønland; Guadeloupe; Guam; Guatemala; Guernsey; Guinea;
    Guinea-Bissau; Guyana; Haiti; Heard Island and McDonald Islands; Hellas; Honduras; Hong Kong; Hungary;
    Hviterussland; Iceland; India; Indonesia; Irak; Iran; Iraq; Ireland; Irland; Island; Isle of Man; Israel; Italia;
    Italy; Ivory Coast; Jamaica; Japan; Jersey; Jordan; Kambodsja; Kapp Verde; Kasakhstan; Kazakhstan; Kenya; Kina;
    Kiribati; Kosovo; Kroatia; Kuwait; Kypros; Kyrgyzstan; Laos; Latvia; Lebanon; Lesotho; Libanon; Liberia; Libya;
    Liechtenstein; Litauen; Lithuania; Luxembourg; Macao; Macau; Madagascar; Makedonia; Malawi; Malaysia; Maldives;
    Mali; Malta; Marokko; Marshall Islands; Martinique; Mauritania; Mauritius; Mayotte; Mexico; Micronesia; Moldova;
    Monaco; Mongolia; Montenegro; Montserrat; Morocco; Mozambique; Myanmar; Namibia; Nauru; Nederland; Nepal;
    Netherlands; New Caledonia; New Zealand; Nicaragua; Niger; Nigeria; Niue; Nord-Korea; Nord-Makedonia; Noreg; Norfolk
    Island; Norge; North Korea; North Macedonia; Northern Mariana Islands; Norway; Oman; Pakistan; Palau; Palestine;
    Panama; Papua New Guinea; Paraguay; Peru; Philippines; Pitcairn; Pitcairn Islands; Poland; Polen; Portugal; Puerto
    Rico; Qatar; Republic of the Congo; Romania; Russia; Russland; Rwanda; Réunion; Saint Barthélemy; Saint Helena;
    Saint Kitts and Nevis; Saint Lucia; Saint Martin; Saint Pierre and Miquelon; Saint Vincent and the Grenadines;
    Samoa; San Marino; Saudi Arabia; Saudi-Arabia; Senegal; Serbia; Seychelles; Sierra Leone; Singapore; Sint Maarten;
    Slovakia; Slovenia; Solomon Islands; Somalia; South Africa; South Georgia and the South Sandwich Islands; South
    Korea; South Sudan; Spain; Spania; Sri Lanka; Storbritannia; Sudan; Suriname; Svalbard and Jan Mayen; Sveits;
    Sverige; Sweden; Switzerland; Syria; São Tomé and Príncipe; Sør-Afrika; Sør-Korea; Taiwan; Tajikistan; Tanzania;
    Thailand; Timor-Leste; Togo; Tokelau; Tonga; Trinidad and Tobago; Tsjekkia; Tunisia; Turkey; Turkmenistan; Turks and
    Caicos Islands; Tuvalu; Tyrkia; Tyskland; Türkiye; U.S. Outlying Islands; U.S. Virgin Islands; USA; Uganda; Ukraina;
    Ukraine; Ungarn; United Arab Emirates; United Kingdom; United States; United States Minor Outlying Islands; United
    States of America; Uruguay; Uzbekistan; Vanuatu; Vatican City; Venezuela; Vietnam; Wallis and Futuna; Western
    Sahara; Yemen; Zambia; Zimbabwe; Åland Islands; Østerrike
"""


def is_country(name: str) -> bool:
    """Return whether the ERP knows a country by a name, ignoring case."""
    return name.strip().casefold() in _folded()


@cache
def _folded() -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in " ".join(NAMES.split()).split(";"))
