"""Signs through a mobile signature service with zeep, from the WSDL alone. Standard input is JSON: wsdl, url, ap_id, ap_password, mssp,
msisdn, data (base64) and text; standard output is the base64 of the signature."""
import datetime
import json
import sys
import time

import zeep
from zeep import Client, Settings

job = json.load(sys.stdin)
client = Client(job["wsdl"], settings=Settings(strict=False, forbid_dtd=False, forbid_entities=False))


def call(binding, operation, port, message):
    service = client.create_service("{http://uri.etsi.org/TS102204/etsi204-kiuru.wsdl}" + binding, job["url"] + "/soap/services/" + port)
    return service[operation](message)


def common(more):
    now = datetime.datetime.now(datetime.timezone.utc)
    info = {"AP_ID": job["ap_id"], "AP_PWD": job["ap_password"], "AP_TransID": "z1", "Instant": now}
    return {"MajorVersion": 1, "MinorVersion": 1, "AP_Info": info, "MSSP_Info": {"MSSP_ID": {"URI": job["mssp"]}}, **more}


answer = call("MSS_SignatureBinding", "MSS_Signature", "MSS_SignaturePort", common({
    "MessagingMode": "asynchClientServer",
    "TimeOut": 60,
    "MobileUser": {"MSISDN": job["msisdn"]},
    "DataToBeSigned": {"_value_1": job["data"], "MimeType": "application/octet-stream", "Encoding": "base64"},
    "DataToBeDisplayed": {"_value_1": job["text"], "MimeType": "text/plain", "Encoding": "UTF-8"},
    "MSS_Format": {"mssURI": "http://uri.etsi.org/TS102204/v1.1.2#PKCS1"},
}))
assert int(answer.Status.StatusCode.Value) == 100, answer
for _ in range(50):
    status = call("MSS_StatusQueryBinding", "MSS_StatusQuery", "MSS_StatusQueryPort", common({"MSSP_TransID": answer.MSSP_TransID}))
    if int(status.Status.StatusCode.Value) != 504:
        break
    time.sleep(0.1)
print(__import__("base64").b64encode(status.MSS_Signature.Base64Signature).decode()
      if isinstance(status.MSS_Signature.Base64Signature, bytes) else status.MSS_Signature.Base64Signature)
