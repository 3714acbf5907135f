"""What Meta's channels share: WhatsApp, Messenger and Instagram speak one Graph API, and sign alike."""
