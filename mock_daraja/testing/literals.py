"""What may be written where the harness is given a name. Written by `python -m tests.docs.generate`."""

from __future__ import annotations

from typing import Literal

Name = Literal[
    "oauth", "stk-push", "c2b", "b2c", "b2c-validated", "pochi", "b2b", "tax", "b2b-express", "balance", "status",
    "reversal", "oauth.generate", "stk-push.process", "stk-push.query", "c2b.register-v1", "c2b.register",
    "c2b.simulate", "c2b.pay", "b2c.payment", "b2c.payment-v1", "b2c-validated.payment", "pochi.payment", "b2b.payment",
    "tax.remit", "b2b-express.push", "balance.query", "status.query", "reversal.request", "stk_push", "b2c_validated",
    "b2b_express", "stk_push.process", "stk_push.query", "b2c_validated.payment", "b2b_express.push",
]  # fmt: skip
"""Of a product, or of an operation."""

Word = Literal[
    "account-not-allowed", "after-timeout", "already-reversed", "approved-by-hand", "bad-debt", "before-ack",
    "below-minimum", "busy-subscriber", "busy-subscriber-callback", "callback-before-ack", "callback-late",
    "callback-lost", "callback-malformed", "callback-slow", "callback-truncated", "callback-twice", "cancelled",
    "cancelled-prompt", "confirmation-first", "confirmation-late", "confirmation-lost", "confirmation-twice",
    "core-busy", "daily-limit", "datastore", "dribble", "duplicate-found-later", "duplicate-notification-info",
    "duplicate-originator", "empty", "endless-chunks", "expired", "first", "forged-amount", "forged-checkout",
    "forged-receipt", "garbage", "gateway-timeout", "given-back", "hang", "id-number-mismatch", "id-type-unknown",
    "initiator-locked", "insufficient-funds", "insufficient-utility", "insufficient-working", "internal-error",
    "internal-error-17", "invalid-receipt", "late", "latency", "limit-exceeded", "listed", "locked-password",
    "locked-pin", "locked-testapi", "lost", "maintenance", "malformed", "merchant-kyc", "merchant-unknown",
    "missing-nominated-number", "money-gone", "network-error", "network-gave-no-ack", "never-answered", "no-answer",
    "not-routed", "null-parameter", "paid", "payer-inactive", "payer-insufficient-funds", "permission-denied",
    "prn-unknown", "product-not-assigned", "prompt-paid", "prompt-too-long", "query-before-callback", "query-disagrees",
    "queue-timeout", "queue-timeout-but-paid", "queue-timeout-but-reversed", "quota", "receiver-full",
    "receiver-inactive", "receiver-invalid", "receiver-unknown", "reference-unknown", "refused", "refused-but-paid",
    "register-relay-failed", "reset", "result-after-timeout", "result-before-ack", "result-late", "result-lost",
    "result-twice", "role-missing", "same-amount-twice", "service-unreachable", "shortcode-inactive",
    "shortcode-not-yours", "slow", "slow-back-end", "soap-relay", "spike-arrest", "success", "system-busy",
    "till-short", "token-expired-mid-flow", "truncated", "twice", "unanswered-prompt", "unknown-conversation",
    "unknown-receipt", "unresolved-reason", "urls-already-registered", "validation-rejected", "validation-unreachable",
    "waf", "wallet-full", "wrong-content-type", "wrong-initiator", "wrong-pin", "wrong-product", "wrong-receiver",
    "wrong-status", "wrong-till-pin",
]  # fmt: skip
"""Of an outcome: a shipped story's, or a fault's."""

Code = Literal[
    "0", "00.002.1001", "00000000", "1", "100000000", "100000001", "100000002", "100000004", "100000005", "100000007",
    "100000009", "100000010", "100000011", "100000100", "1001", "1005", "1019", "1025", "1031", "1032", "1036", "1037",
    "11", "1101", "1102", "14", "15", "17", "18", "19", "2", "20", "2001", "2006", "2007", "2008", "2020", "2026",
    "2028", "2029", "2032", "2033", "2040", "2043", "2051", "21", "22", "2202", "24", "25", "26", "29", "3", "4",
    "400.002.02", "400.002.05", "400.003.01", "400.003.02", "400.008.01", "400.008.02", "4001", "401", "401.002.01",
    "401.003.01", "404.001.01", "404.001.03", "404.001.04", "404.002.01", "404.003.01", "404.008.01", "405.001", "409",
    "4102", "4104", "4201", "4203", "429", "4999", "500.001.1001", "500.002.1001", "500.003.02", "500.003.03",
    "500.003.1001", "7", "8", "8006", "9999", "999991", "999996", "999997", "C2B00011", "C2B00012", "C2B00013",
    "C2B00014", "C2B00015", "C2B00016", "E3008", "R000001", "R000002", "R002", "R003", "SFC_IC0002", "SFC_IC0003",
    "SFC_IC0007", "SFC_IC0009", "TP40087", "TP40153",
]  # fmt: skip
"""Of a result, or of an error."""

GatewayStatus = Literal[
    403, 404, 413, 500, 503, 504,
]  # fmt: skip
"""HTTP statuses of the hosts in front of Daraja."""
