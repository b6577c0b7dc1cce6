"""The public register of schools (GIAS), «Establishment fields CSV», as it is published: of made-up establishments.

The columns and how they are written are those of the extracts of 2023 to 2025: numbers bare, words in quotation marks,
Windows-1252, lines ended by CR LF.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

HEADER = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)", "EstablishmentTypeGroup (code)", "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (code)", "EstablishmentStatus (name)", "ReasonEstablishmentOpened (code)",
    "ReasonEstablishmentOpened (name)", "OpenDate", "ReasonEstablishmentClosed (code)", "ReasonEstablishmentClosed (name)",
    "CloseDate", "PhaseOfEducation (code)", "PhaseOfEducation (name)", "StatutoryLowAge", "StatutoryHighAge",
    "Boarders (code)", "Boarders (name)", "NurseryProvision (name)", "OfficialSixthForm (code)", "OfficialSixthForm (name)",
    "Gender (code)", "Gender (name)", "ReligiousCharacter (code)", "ReligiousCharacter (name)", "ReligiousEthos (name)",
    "Diocese (code)", "Diocese (name)", "AdmissionsPolicy (code)", "AdmissionsPolicy (name)", "SchoolCapacity",
    "SpecialClasses (code)", "SpecialClasses (name)", "CensusDate", "NumberOfPupils", "NumberOfBoys", "NumberOfGirls",
    "PercentageFSM", "TrustSchoolFlag (code)", "TrustSchoolFlag (name)", "Trusts (code)", "Trusts (name)",
    "SchoolSponsorFlag (name)", "SchoolSponsors (name)", "FederationFlag (name)", "Federations (code)", "Federations (name)",
    "UKPRN", "FEHEIdentifier", "FurtherEducationType (name)", "OfstedLastInsp", "OfstedSpecialMeasures (code)",
    "OfstedSpecialMeasures (name)", "LastChangedDate", "Street", "Locality", "Address3", "Town", "County (name)", "Postcode",
    "SchoolWebsite", "TelephoneNum", "HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle",
    "BSOInspectorateName (name)", "InspectorateReport", "DateOfLastInspectionVisit", "NextInspectionVisit", "TeenMoth (name)",
    "TeenMothPlaces", "CCF (name)", "SENPRU (name)", "EBD (name)", "PlacesPRU", "FTProv (name)", "EdByOther (name)",
    "Section41Approved (name)", *(f"SEN{number} (name)" for number in range(1, 14)), "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll", "ResourcedProvisionCapacity", "SenUnitOnRoll", "SenUnitCapacity", "GOR (code)", "GOR (name)",
    "DistrictAdministrative (code)", "DistrictAdministrative (name)", "AdministrativeWard (code)",
    "AdministrativeWard (name)", "ParliamentaryConstituency (code)", "ParliamentaryConstituency (name)", "UrbanRural (code)",
    "UrbanRural (name)", "GSSLACode (name)", "Easting", "Northing", "MSOA (name)", "LSOA (name)", "InspectorateName (name)",
    "SENStat", "SENNoStat", "BoardingEstablishment (name)", "PropsName", "PreviousLA (code)", "PreviousLA (name)",
    "PreviousEstablishmentNumber", "OfstedRating (name)", "RSCRegion (name)", "Country (name)", "UPRN", "SiteName",
    "QABName (code)", "QABName (name)", "EstablishmentAccredited (code)", "EstablishmentAccredited (name)", "QABReport",
    "CHNumber", "MSOA (code)", "LSOA (code)", "FSM", "AccreditationExpiryDate",
)  # fmt: skip
LINKS = (
    '"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"\r\n990001,990002,"Larches Infants","Successor",""\r\n'
)
"""The register's other file, of which establishment became which."""
STATUSES = {"Open": 1, "Closed": 2, "Open, but proposed to close": 3, "Proposed to open": 4}
USUAL = {
    "LA (code)": 830, "LA (name)": "Derbyshire", "EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": "Primary",
    "TypeOfEstablishment (name)": "Community school", "EstablishmentTypeGroup (name)": "Local authority maintained schools",
    "OpenDate": "01-09-1998", "Town": "Anytown", "County (name)": "Derbyshire", "Postcode": "ZZ99 9ZZ", "Gender (name)": "Mixed",
    "HeadTitle (name)": "Mrs", "HeadFirstName": "Zoë", "HeadLastName": "O’Brien", "HeadPreferredJobTitle": "Headteacher",
    "Country (name)": "", "SchoolWebsite": "http://www.school.example", "TelephoneNum": "01632960201",
}  # fmt: skip


def establishment(number: object, name: str, **others: object) -> dict[str, object]:
    """One line. `others`: more columns, by their names without blanks and what stands in brackets."""
    short = {column.partition(" ")[0]: column for column in HEADER if "(code)" not in column}
    more = {short.get(key, key.replace("_code", " (code)")): value for key, value in others.items()}
    line = {**USUAL, "EstablishmentNumber": number, "EstablishmentName": name, **more}
    status = STATUSES.get(str(line["EstablishmentStatus (name)"]), 1)
    return {"URN": 990_000, "EstablishmentStatus (code)": status, **line}


def written(lines: Iterable[Mapping[str, object]], *, encoding: str = "windows-1252") -> bytes:
    """The file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(HEADER)
    writer.writerows([line.get(column, "") for column in HEADER] for line in lines)
    return text.getvalue().encode(encoding)


def england(count: int) -> Iterator[dict[str, object]]:
    """So many establishments of all authorities, about one in 150 of them Derbyshire's, half of all closed."""
    for at in range(count):
        status = "Closed" if at % 2 else "Open"
        authority = 201 + at % 152 if (201 + at % 152) != 230 else 830
        yield establishment(
            at // 152 % 10_000, f"Made Up School {at}", LA_code=authority, URN=900_000 + at, EstablishmentStatus=status
        )
