"""Signs through a mobile signature service with zeep, from a WSDL alone. Standard input is JSON: dialect (etsi, vn-mpki, swisscom-soap),
wsdl, xml (the schema of the namespace xml, which WSDLs name by its address), url, ap_id, ap_password, mssp, msisdn, data (base64 of a
DigestInfo; not for swisscom-soap) and text; standard output is JSON: signature and certificates, in base64."""
import base64
import datetime
import json
import sys
import time
from pathlib import Path

from zeep import Client, Settings
from zeep.transports import Transport

job = json.load(sys.stdin)
dialect = job["dialect"]
space = "http://ae.mobile-id.vn/TS102204/etsi204" if dialect == "vn-mpki" else "http://uri.etsi.org/TS102204/etsi204-kiuru.wsdl"


class Offline(Transport):
    """Loads the schema of the namespace xml from here."""

    def load(self, url):
        return Path(job["xml"]).read_bytes() if url.endswith("/2001/xml.xsd") else super().load(url)


client = Client(job["wsdl"], transport=Offline(), settings=Settings(strict=False, forbid_dtd=False, forbid_entities=False))
asked = 0


def call(operation, port, more, minor=1, major=1, transaction=None):
    global asked
    asked += 1
    now = datetime.datetime.now(datetime.timezone.utc)
    info = {"AP_ID": job["ap_id"], "AP_PWD": job["ap_password"], "AP_TransID": transaction or f"z{asked}", "Instant": now}
    message = {"MajorVersion": major, "MinorVersion": minor, "AP_Info": info, "MSSP_Info": {"MSSP_ID": {"URI": job["mssp"]}}, **more}
    service = client.create_service("{" + space + "}" + operation + "Binding", job["url"] + "/soap/services/" + port)
    return service[operation](message)


def code(answer):
    return int(answer.Status.StatusCode.Value)


def text(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


user = {"MobileUser": {"MSISDN": job["msisdn"]}}
request = {"MessagingMode": "asynchClientServer", "TimeOut": 60, **user}
shown = {"_value_1": job["text"], "MimeType": "text/plain", "Encoding": "UTF-8"}
certificates, minor = [], 1
if dialect == "vn-mpki":
    answer = call("MSS_Registration", "MSS_RegistrationPort", user)
    assert code(answer) == 408, answer
    certificates = [text(r.X509Certificate) for r in answer.CertificateResponse]
    request["MessagingMode"] = "synch"
if dialect == "swisscom-soap":
    minor = 2
    answer = call("MSS_ProfileQuery", "MSS_ProfilePort", {**user, "_value_1": [{"Params": ["sscds", "certs"]}]}, minor=0, major=2)
    assert code(answer) == 100, answer
    lang = {"Description": {"mssURI": "http://mss.ficom.fi/TS102204/v1.0.0#userLang"}, "_value_1": [{"UserLang": "en"}]}
    request |= {"DataToBeSigned": shown, "SignatureProfile": {"mssURI": answer.SignatureProfile[0].mssURI}, "AdditionalServices": {"Service": [lang]}}
else:
    request |= {
        "DataToBeSigned": {"_value_1": job["data"], "MimeType": "application/octet-stream", "Encoding": "base64"},
        "DataToBeDisplayed": shown,
        "MSS_Format": {"mssURI": "http://uri.etsi.org/TS102204/v1.1.2#PKCS1"},
    }
answer = call("MSS_Signature", "MSS_SignaturePort", request, minor=minor, transaction="zsign")
if dialect != "vn-mpki":
    assert code(answer) == 100, answer
    name = answer.MSSP_TransID
    for _ in range(50):
        answer = call("MSS_StatusQuery", "MSS_StatusQueryPort", {"MSSP_TransID": name}, transaction="zsign")
        if code(answer) != 504:
            break
        time.sleep(0.1)
assert code(answer) in (500, 502), answer
print(json.dumps({"signature": text(answer.MSS_Signature.Base64Signature), "certificates": certificates}))
