"""Signs PDFs by pyHanko's own CSC client. Standard input is one JSON object; see TestHankoSignsThroughUs."""

import asyncio
import json
import sys

import aiohttp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationManager,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)


class ByPIN(CSCAuthorizationManager):
    def __init__(self, session, info, credential, pin):
        super().__init__(info, credential)
        self.session, self.pin = session, pin

    async def authorize_signature(self, hash_b64s):
        body = self.format_csc_auth_request(hash_b64s=hash_b64s, pin=self.pin, description="pyHanko")
        url = self.csc_session_info.endpoint_url("credentials/authorize")
        async with self.session.post(url, headers=self.auth_headers, json=body, raise_for_status=True) as answer:
            return self.parse_csc_auth_response(await answer.json())


async def main(job):
    async with aiohttp.ClientSession() as session:
        for one in job["files"]:
            info = CSCServiceSessionInfo(job["url"], one["credential"], job["token"])
            credential = await fetch_certs_in_csc_credential(session, info)
            signer = CSCSigner(session, ByPIN(session, info, credential, job["pin"]), prefer_pss=one["pss"])
            meta = signers.PdfSignatureMetadata(field_name="Signature", md_algorithm=one["hash"])
            with open(job["source"], "rb") as source, open(one["out"], "wb") as out:
                await signers.PdfSigner(meta, signer).async_sign_pdf(IncrementalPdfFileWriter(source), output=out)


asyncio.run(main(json.load(sys.stdin)))
