"""What gateways and employers put above and below letters."""

BANNER = "CAUTION: This email originated from outside of the organisation. Do not click links or open attachments unless you recognise the sender and know the content is safe."
DISCLAIMER = (
    "This email and any attachments are confidential and intended solely for the use of the person to whom they are addressed. "
    "If you have received this email in error please delete it.\n\nLeys Junior School is part of the Valley Trust."
)
