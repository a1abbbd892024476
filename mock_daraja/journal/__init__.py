"""The ordered record of exchanges, callbacks and deliveries: how it is shown, with secrets redacted."""
