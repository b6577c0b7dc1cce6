"""The convention as it binds the senders of these tests."""

from datetime import date

from bot.rules.filename import Convention

TODAY = date(2026, 9, 1)
OWN = "8302000"
OTHER = "8301102"
FOREIGN = "8309001"
NOBODYS = "8309999"
ROSTER = frozenset({OWN, OTHER, "8303308", FOREIGN})
EXTENSIONS = frozenset({"doc", "docx", "pdf", "xls", "xlsx", "zip"})
SERVICES = {
    "ADMISS": "Admissions",
    "AUD": "Audit Service",
    "AUTISM": "Autism Outreach",
    "BSS": "Behaviour Support",
    "CME": "Children Missing from Education",
    "EHE": "Elective Home Education - deregistration",
    "EIS": "Education Improvement Service",
    "ENGAGE": "Engagement Service and Nurture team",
    "EP": "Education Psychology",
    "EWS": "Attendance Process team - Penalty notices",
    "FIN": "Finance",
    "FSM": "Free School Meals",
    "GOV": "Governor Support",
    "HR": "Occupational Health Referrals",
    "INC": "Exclusion and Access - exclusions, off-site direction, managed moves, part-time timetables, Fair Access",
    "INFO": "EYFS, Phonics",
    "IPT": "Integrated Pathways",
    "NCMP": "National Child Measuring Programme",
    "OOST": "Out of School Tuition",
    "PLAY": "Positive Play",
    "SAFE": "Safeguarding, Child Protection",
    "SEN": "SEN – (EHCP via EHC Hub)",
    "SP": "Starting Point",
    "SPSS": "Sensory and Physical Support Service",
    "SSF": "School Support Finance - Budget Monitoring",
    "SSHR": "HR Services – starters, leavers, adjusts, DBS, Time Team",
    "VS": "Virtual School",
}


def convention(*schools: str) -> Convention:
    """What binds a sender who acts for these schools; for none: who acts is not known."""
    return Convention("830", SERVICES, EXTENSIONS, schools, ROSTER)


ONE = convention(OWN)
"""A sender who acts for one school."""
SEVERAL = convention(OWN, OTHER)
OF_NO_SCHOOL = convention()
"""An officer, say."""
UNKNOWN = Convention("830", SERVICES, EXTENSIONS)
EVERYBODY = (ONE, SEVERAL, OF_NO_SCHOOL, UNKNOWN)
