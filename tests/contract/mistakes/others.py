"""Mistakes with the other products (requests.md §4)."""

# ruff: noqa: E501 - a row is a line

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

from mock_daraja.defaults import INITIATOR_PASSWORD
from tests.contract.mistakes.asking import Mistake, at, encrypted, encrypted_to, locked, renamed, send, send_twice

CORE = (400, "400.002.02")
C2B = (400, "400.003.02")
CREDENTIAL = "`mock-daraja credential PASSWORD`"
ENCRYPT = f"encrypt the password with the sandbox's certificate: {CREDENTIAL} does"
BLOCK = b64encode(bytes([251]) * 256).decode()
FAILS = "accepted, but as things stand it will fail with 2001:"
PATHS = "`mock-daraja docs products#paths`"

OTHERS = (
    Mistake("register: ConfirmationURL missing", send("c2b.register", ConfirmationURL=None), *C2B, "ConfirmationURL is missing; add 'ConfirmationURL': 'https://mydomain.com/path'"),
    Mistake("register: ValidationURL missing", send("c2b.register", ValidationURL=None), *C2B, "ValidationURL is missing; add 'ValidationURL': 'https://mydomain.com/path'"),
    Mistake("register: the word mpesa", send("c2b.register", ValidationURL="https://shop.example.com/mpesa/validate"), *C2B, "ValidationURL has the word MPESA; take the word out of host and path"),
    Mistake("register: ResponseType in lower case", send("c2b.register", ResponseType="completed"), *C2B, "ResponseType is not Completed or Cancelled, in this case; 'completed' -> 'Completed'"),
    Mistake("register: ResponseType as American", send("c2b.register", ResponseType="Canceled"), *C2B, "ResponseType is not Completed or Cancelled, in this case; 'Canceled' -> 'Cancelled'"),
    Mistake("register: Shortcode", send("c2b.register", renamed(ShortCode="Shortcode")), *C2B, "ShortCode is missing; the body has 'Shortcode'; the name is 'ShortCode', in exactly this spelling and case"),
    Mistake("register: BusinessShortCode", send("c2b.register", renamed(ShortCode="BusinessShortCode")), *C2B, "ShortCode is missing; the body has 'BusinessShortCode'; the name is 'ShortCode', in exactly this spelling and case"),
    Mistake("register: shortcode of nobody", send("c2b.register", ShortCode="888880"), *C2B, "there is no organisation 888880; use 600000 to 600999, or add the organisation"),
    Mistake("simulate: TransactionType", send("c2b.simulate", renamed(CommandID="TransactionType")), *C2B, "CommandID is missing; the body has 'TransactionType'; the name is 'CommandID', in exactly this spelling and case"),
    Mistake("simulate: CommandID of Safaricom's notices", send("c2b.simulate", CommandID="Pay Bill"), *C2B, "CommandID is not CustomerPayBillOnline or CustomerBuyGoodsOnline; 'Pay Bill' -> 'CustomerPayBillOnline'"),
    Mistake("simulate: MSISDN", send("c2b.simulate", renamed(Msisdn="MSISDN")), *C2B, "Msisdn is missing; the body has 'MSISDN'; the name is 'Msisdn', in exactly this spelling and case"),
    Mistake("simulate: Msisdn as 07", send("c2b.simulate", Msisdn="0708374149"), *C2B, "Msisdn is not 12 digits, 2547XXXXXXXX or 2541XXXXXXXX, as a string or a number; '0708374149' -> '254708374149'"),
    Mistake("simulate: no account number", send("c2b.simulate", BillRefNumber=None), *C2B, "CustomerPayBillOnline needs an account number; give BillRefNumber, at most twenty characters"),
    Mistake("simulate: AccountReference", send("c2b.simulate", renamed(BillRefNumber="AccountReference")), *C2B, "CustomerPayBillOnline needs an account number; the body has 'AccountReference'; the name is 'BillRefNumber', in exactly this spelling and case"),
    Mistake("simulate: BillRefNo", send("c2b.simulate", renamed(BillRefNumber="BillRefNo")), *C2B, "CustomerPayBillOnline needs an account number; the body has 'BillRefNo'; the name is 'BillRefNumber', in exactly this spelling and case"),
    Mistake("B2C: Initiator", send("b2c.payment", renamed(InitiatorName="Initiator")), *CORE, "InitiatorName is missing; the body has 'Initiator'; the name is 'InitiatorName', in exactly this spelling and case"),
    Mistake("B2C: no OriginatorConversationID", send("b2c.payment", OriginatorConversationID=None), *CORE, "OriginatorConversationID is missing; add 'OriginatorConversationID': '9378b6f5-6d44-43a1-8c36-53fddb8414c0'"),
    Mistake("B2C: OriginatorConversationID used before", send_twice("b2c.payment", OriginatorConversationID="mine-once"), 500, "500.002.1001", "an earlier request had this OriginatorConversationID; make a new one for each payment; to ask about the earlier one, use transaction status"),
    Mistake("B2C: CommandID misspelt", send("b2c.payment", CommandID="BusinesPayment"), *CORE, "CommandID is not SalaryPayment, BusinessPayment or PromotionPayment; 'BusinesPayment' -> 'BusinessPayment'"),
    Mistake("B2C: CommandID with a blank", send("b2c.payment", CommandID="Salary Payment"), *CORE, "CommandID is not SalaryPayment, BusinessPayment or PromotionPayment; 'Salary Payment' -> 'SalaryPayment'"),
    Mistake("B2C: CommandID of B2B", send("b2c.payment", CommandID="BusinessPayBill"), *CORE, 'CommandID is not SalaryPayment, BusinessPayment or PromotionPayment; \'BusinessPayBill\' is a command of /mpesa/b2b/v1/paymentrequest, not of this one'),
    Mistake("B2C: CommandID of Pochi", send("b2c.payment", CommandID="BusinessPayToPochi"), *CORE, 'CommandID is not SalaryPayment, BusinessPayment or PromotionPayment; \'BusinessPayToPochi\' is a command of /mpesa/b2pochi/v1/paymentrequest, not of this one'),
    Mistake("B2C: PartyB as 07", send("b2c.payment", PartyB="0708374149"), *CORE, "PartyB is not 12 digits, 2547XXXXXXXX or 2541XXXXXXXX, as a string or a number; '0708374149' -> '254708374149'"),
    Mistake("B2C: PartyA and PartyB exchanged", send("b2c.payment", PartyA="254708374149", PartyB="600996"), *CORE, "PartyA is not a shortcode of 5 to 7 digits, as a string or a number; '254708374149' is a phone number; send the paybill's or till's number, such as '600996'"),
    Mistake("B2C: QueueTimeoutURL", send("b2c.payment", renamed(QueueTimeOutURL="QueueTimeoutURL")), *CORE, "QueueTimeOutURL is missing; the body has 'QueueTimeoutURL'; the name is 'QueueTimeOutURL', in exactly this spelling and case"),
    Mistake("B2C: ResultUrl", send("b2c.payment", renamed(ResultURL="ResultUrl")), *CORE, "ResultURL is missing; the body has 'ResultUrl'; the name is 'ResultURL', in exactly this spelling and case"),
    Mistake("B2C: no SecurityCredential", send("b2c.payment", SecurityCredential=None), *CORE, "SecurityCredential is missing; add 'SecurityCredential': send what `mock-daraja credential PASSWORD` prints"),
    Mistake("B2C: SecurityCredential empty", send("b2c.payment", SecurityCredential=""), *CORE, "SecurityCredential is not a string that is not empty: base64 of the RSA encrypted initiator password; the string is empty; send what `mock-daraja credential PASSWORD` prints"),
    Mistake("B2C: Amount with cents", send("b2c.payment", Amount="100.50"), *CORE, "Amount is not whole shillings, at least 1, as a string or a number; whole shillings only: 100 or 101"),
    Mistake("B2B: InitiatorName", send("b2b.payment", renamed(Initiator="InitiatorName")), *CORE, "Initiator is missing; the body has 'InitiatorName'; the name is 'Initiator', in exactly this spelling and case"),
    Mistake("B2B: ReceiverIdentifierType", send("b2b.payment", renamed(RecieverIdentifierType="ReceiverIdentifierType")), *CORE, "RecieverIdentifierType is missing; the body has 'ReceiverIdentifierType'; the name is 'RecieverIdentifierType', in exactly this spelling and case"),
    Mistake("B2B: SenderIdentifierType in words", send("b2b.payment", SenderIdentifierType="Shortcode"), *CORE, "SenderIdentifierType is not 1, 2 or 4, as a string or a number; send '4' for a shortcode, '2' for a till or '1' for an MSISDN"),
    Mistake("B2B: identifier type 3", send("b2b.payment", RecieverIdentifierType="3"), *CORE, "RecieverIdentifierType is not 1, 2 or 4, as a string or a number; send '4' for a shortcode, '2' for a till or '1' for an MSISDN"),
    Mistake("B2B: Command ID", send("b2b.payment", renamed(CommandID="Command ID")), *CORE, "CommandID is missing; the body has 'Command ID'; the name is 'CommandID', in exactly this spelling and case"),
    Mistake("B2B: no account", send("b2b.payment", AccountReference=None), *CORE, "BusinessPayBill needs the account that is paid; give AccountReference, at most 13 characters as documented"),
    Mistake("B2B: Account Reference, as the portal prints it", send("b2b.payment", renamed(AccountReference="Account Reference")), *CORE, "BusinessPayBill needs the account that is paid; the body has 'Account Reference'; the name is 'AccountReference', in exactly this spelling and case"),
    Mistake("B2B: PartyB is a customer", send("b2b.payment", PartyB="254708374149"), *CORE, "PartyB is not a shortcode of 5 to 7 digits, as a string or a number; '254708374149' is a phone number; send the paybill's or till's number, such as '600000'"),
    Mistake("balance: InitiatorName", send("balance.query", renamed(Initiator="InitiatorName")), *CORE, "Initiator is missing; the body has 'InitiatorName'; the name is 'Initiator', in exactly this spelling and case"),
    Mistake("balance: no IdentifierType", send("balance.query", IdentifierType=None), *CORE, "IdentifierType is missing; add 'IdentifierType': '4'"),
    Mistake("balance: CommandID", send("balance.query", CommandID="BalanceQuery"), *CORE, "CommandID is not AccountBalance; 'BalanceQuery' -> 'AccountBalance'"),
    Mistake("status: neither id", send("status.query", TransactionID=None), *CORE, "neither TransactionID nor OriginalConversationID is given; give the receipt as TransactionID, or a conversation id as OriginalConversationID"),
    Mistake("status: TransID", send("status.query", renamed(TransactionID="TransID")), *CORE, "neither TransactionID nor OriginalConversationID is given; the body has 'TransID'; the name is 'TransactionID', in exactly this spelling and case"),
    Mistake("status: Transaction ID, as the portal prints it", send("status.query", renamed(TransactionID="Transaction ID")), *CORE, "neither TransactionID nor OriginalConversationID is given; the body has 'Transaction ID'; the name is 'TransactionID', in exactly this spelling and case"),
    Mistake("status: TransactionId", send("status.query", renamed(TransactionID="TransactionId")), *CORE, "neither TransactionID nor OriginalConversationID is given; the body has 'TransactionId'; the name is 'TransactionID', in exactly this spelling and case"),
    Mistake("status: ConversationID", send("status.query", renamed(TransactionID="ConversationID")), *CORE, "neither TransactionID nor OriginalConversationID is given; the body has 'ConversationID'; the name is 'OriginalConversationID', in exactly this spelling and case"),
    Mistake("status: receipt in lower case", encrypted_to("status.query", TransactionID="sg632nmuab"), 200, "", 'accepted, but as things stand it will fail with 2032: \'sg632nmuab\' is in lower case, and a receipt is ten capital letters and digits: send SG632NMUAB'),
    Mistake("status: receipt with a blank behind", encrypted_to("status.query", TransactionID="SG632NMUAB "), 200, "", 'accepted, but as things stand it will fail with 2032: \'SG632NMUAB \' has a blank behind it, and a receipt is ten capital letters and digits: send SG632NMUAB'),
    Mistake("reversal: receipt in lower case", encrypted_to("reversal.request", TransactionID="sg632nmuab"), 200, "", 'accepted, but as things stand it will fail with R000002: \'sg632nmuab\' is in lower case, and a receipt is ten capital letters and digits: send SG632NMUAB'),
    Mistake("reversal: receipt with a blank behind", encrypted_to("reversal.request", TransactionID="SG632NMUAB "), 200, "", 'accepted, but as things stand it will fail with R000002: \'SG632NMUAB \' has a blank behind it, and a receipt is ten capital letters and digits: send SG632NMUAB'),
    Mistake("status: a ConversationID as TransactionID", encrypted_to("status.query", TransactionID="AG_20240706_20106e9209f64bebd05b"), 200, "", 'accepted, but as things stand it will fail with 2032: \'AG_20240706_20106e9209f64bebd05b\' is a ConversationID, not a receipt: send it as OriginalConversationID'),
    Mistake("reversal: a ConversationID as TransactionID", encrypted_to("reversal.request", TransactionID="AG_20240706_20106e9209f64bebd05b"), 200, "", 'accepted, but as things stand it will fail with R000002: \'AG_20240706_20106e9209f64bebd05b\' is a ConversationID, not a receipt: TransactionID takes the receipt, which a payment\'s callback or Result names'),
    Mistake("status: IdentifierType of the reversal", send("status.query", IdentifierType="11"), *CORE, "IdentifierType is not 1, 2 or 4, as a string or a number; send '4' for a shortcode, '2' for a till or '1' for an MSISDN"),
    Mistake("status: CommandID", send("status.query", CommandID="TransactionStatus"), *CORE, "CommandID is not TransactionStatusQuery; 'TransactionStatus' -> 'TransactionStatusQuery'"),
    Mistake("reversal: no TransactionID", send("reversal.request", TransactionID=None), *CORE, "TransactionID is missing; add 'TransactionID': 'SKC82PACB8'"),
    Mistake("reversal: OriginalTransactionID", send("reversal.request", renamed(TransactionID="OriginalTransactionID")), *CORE, "TransactionID is missing; the body has 'OriginalTransactionID'; the name is 'TransactionID', in exactly this spelling and case"),
    Mistake("reversal: ReceiverIdentifierType", send("reversal.request", renamed(RecieverIdentifierType="ReceiverIdentifierType")), *CORE, "RecieverIdentifierType is missing; the body has 'ReceiverIdentifierType'; the name is 'RecieverIdentifierType', in exactly this spelling and case"),
    Mistake("reversal: IdentifierType", send("reversal.request", renamed(RecieverIdentifierType="IdentifierType")), *CORE, "RecieverIdentifierType is missing; the body has 'IdentifierType'; the name is 'RecieverIdentifierType', in exactly this spelling and case"),
    Mistake("reversal: ReceiverParty missing", send("reversal.request", renamed(ReceiverParty="PartyA")), *CORE, "ReceiverParty is missing; the body has 'PartyA'; the name is 'ReceiverParty', in exactly this spelling and case"),
    Mistake("reversal: CommandID", send("reversal.request", CommandID="Reversal"), *CORE, "CommandID is not TransactionReversal; 'Reversal' -> 'TransactionReversal'"),
    Mistake("SecurityCredential: for another certificate", send("b2c.payment", SecurityCredential=b64encode(bytes([7]) * 256).decode()), 200, "", f"password not checked: not encrypted for this sandbox's certificate; to have it checked, encrypt it by {CREDENTIAL}, daraja.security_credential() or the certificate of GET /_mock/certificate"),
    Mistake("SecurityCredential: the bare password", send("b2c.payment", SecurityCredential=INITIATOR_PASSWORD), 200, "", f"{FAILS} encoding: the SecurityCredential is the bare password; encrypt the password with the sandbox's certificate: {CREDENTIAL} does (failure 1 of 3)"),
    Mistake("SecurityCredential: the bare password in hexadecimal", send("b2c.payment", PartyA="600511", SecurityCredential=INITIATOR_PASSWORD.encode().hex()), 200, "", f"{FAILS} encoding: the SecurityCredential is the bare password in hexadecimal; {ENCRYPT} (failure 1 of 3)"),
    Mistake("SecurityCredential: without its =", send("b2c.payment", PartyA="600512", SecurityCredential=BLOCK.rstrip("=")), 200, "", f"{FAILS} encoding: the SecurityCredential has lost the = at its end; send the base64 whole (failure 1 of 3)"),
    Mistake("SecurityCredential: in quotes", send("b2c.payment", PartyA="600513", SecurityCredential=f'"{BLOCK}"'), 200, "", f"{FAILS} encoding: the SecurityCredential stands in quotes; send it without them (failure 1 of 3)"),
    Mistake("SecurityCredential: as Python shows bytes", send("b2c.payment", PartyA="600514", SecurityCredential=f"b'{BLOCK}'"), 200, "", f"{FAILS} encoding: the SecurityCredential is what Python shows of bytes (b'...'); decode them to text (failure 1 of 3)"),
    Mistake("SecurityCredential: encoded for a URL", send("b2c.payment", PartyA="600515", SecurityCredential=quote(BLOCK, safe="")), 200, "", f"{FAILS} encoding: the SecurityCredential was encoded for a URL (%3D is =); send the base64 as it is (failure 1 of 3)"),
    Mistake("SecurityCredential: undefined", send("b2c.payment", PartyA="600516", SecurityCredential="undefined"), 200, "", f"{FAILS} encoding: the SecurityCredential is the word undefined: a variable is not set; {ENCRYPT} (failure 1 of 3)"),
    Mistake("SecurityCredential: of another password", encrypted("another", PartyA="600517"), 200, "", f"{FAILS} password: the SecurityCredential was made with our certificate, and holds another password than testapi's; encrypt that: {CREDENTIAL} does (failure 1 of 3)"),
    Mistake("SecurityCredential: password with a newline", encrypted(f"{INITIATOR_PASSWORD}\n", PartyA="600518"), 200, "", f"{FAILS} password: the SecurityCredential was made with our certificate, and holds a password that has a line break behind it; strip it before it is encrypted (failure 1 of 3)"),
    Mistake("SecurityCredential: locked", locked("600519"), 200, "", "accepted, but as things stand it will fail with 8006: the password of testapi is locked; unlock it: PATCH /_mock/organisations/600519, or for another sandbox /_mock/sandboxes/NAME/organisations/600519, with {\"initiators\": [{\"name\": \"testapi\", \"locked\": false}]}"),
    Mistake("SecurityCredential and InitiatorName exchanged", send("b2c.payment", InitiatorName=INITIATOR_PASSWORD, SecurityCredential="testapi"), 200, "", f"{FAILS} name: 600996 has no initiator of the name that was sent; it has testapi; perhaps the initiator's name and SecurityCredential are exchanged"),
    Mistake("SecurityCredential and InitiatorName exchanged, and the password is nobody's", send("b2c.payment", InitiatorName="Password1", SecurityCredential="testapi"), 200, "", f"{FAILS} name: 600996 has no initiator of the name that was sent; it has testapi; perhaps the initiator's name and SecurityCredential are exchanged"),
    Mistake("InitiatorName: a password of nobody", encrypted(INITIATOR_PASSWORD, InitiatorName="IniPasswordQ!77"), 200, "", f"{FAILS} name: 600996 has no initiator of the name that was sent; it has testapi; perhaps the initiator's name and SecurityCredential are exchanged"),
    Mistake("InitiatorName: the name of nobody", encrypted(INITIATOR_PASSWORD, InitiatorName="apitest"), 200, "", f"{FAILS} name: 600996 has no initiator 'apitest'; it has testapi"),
    Mistake("SecurityCredential: hexadecimal", send("b2c.payment", SecurityCredential="ab" * 256), 200, "", f"{FAILS} encoding: the SecurityCredential is hexadecimal; write the block in base64 (failure 1 of 3)"),
    Mistake("QR: the path misspelt", at("/mpesa/qrcode/v1/generat"), 404, "", "Dynamic QR has no such resource; did you mean /mpesa/qrcode/v1/generate? That one is Dynamic QR's: real, not mocked here"),
    Mistake("QR: a real path", at("/mpesa/qrcode/v1/generate"), 404, "", f"real, not mocked here: Dynamic QR; {PATHS} lists what is mocked and what is not"),
    Mistake("path: another product's resource", at("/mpesa/c2b/v1/paymentrequest"), 404, "404.003.01", "Customer to Business (C2B) has no such resource; the nearest path is /mpesa/c2b/v1/registerurl"),
    Mistake("path: without the version", at("/mpesa/stkpush/processrequest"), 404, "", "no product has this path; did you mean /mpesa/stkpush/v1/processrequest?"),
    Mistake("path: a capital letter", at("/mpesa/stkpush/v1/processRequest"), 404, "404.001.01", "M-Pesa Express (STK push) has no such resource; did you mean /mpesa/stkpush/v1/processrequest?"),
)  # fmt: skip
