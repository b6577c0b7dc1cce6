"""What mail programs pack files in, unpacked in a stream: Outlook's parcels (TNEF) and signed mails (S/MIME).

Each reader takes the decoded contents of one part, block by block, and holds no more than a block of them.
"""
