"""The body of an STK callback, as pydantic reads it: FastAPI answers 422 to anything else."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Item(BaseModel):
    name: str = Field(alias="Name")
    value: int | float | str | None = Field(None, alias="Value")  # Balance often comes without one


class Metadata(BaseModel):
    items: list[Item] = Field(alias="Item")


class StkCallback(BaseModel):
    checkout: str = Field(alias="CheckoutRequestID")
    code: int | str = Field(alias="ResultCode")  # a text where it is no number: "SFC_IC0003"
    metadata: Metadata | None = Field(None, alias="CallbackMetadata")  # only when it was paid


class Body(BaseModel):
    callback: StkCallback = Field(alias="stkCallback")


class Notice(BaseModel):
    """What a callback claims. Nobody signed it. Items go by name: their number and order vary."""

    body: Body = Field(alias="Body")

    @property
    def checkout(self) -> str:
        return self.body.callback.checkout

    @property
    def result(self) -> str:
        return str(self.body.callback.code)

    def item(self, name: str) -> int | float | str | None:
        metadata = self.body.callback.metadata
        return next((each.value for each in metadata.items if each.name == name), None) if metadata else None

    @property
    def amount(self) -> int | float | str | None:
        return self.item("Amount")

    @property
    def receipt(self) -> str | None:
        receipt = self.item("MpesaReceiptNumber")
        return None if receipt is None else str(receipt)
