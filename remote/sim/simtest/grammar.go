package simtest

// The grammars are the requests of two schemas, a form in a line: its name and what is in it, in the order of the schema.
//
//	@Name=type      an attribute
//	@other          any attributes of other namespaces
//	Name=form       an element; without a form, that of its own name
//	(A|B|other)     any of these, or an element of another namespace
//	#type           a value instead of elements
//	form            what another form has, first
//	mixed           text may stand between the elements
//
// Behind it, ? is at most once, * as often as one likes, + at least once. Elements stand in the namespace of TS 102 204 unless they have
// a prefix. A form that is not there belongs to another standard, and is not served.

// grammarETSI is TS 102 204 with what Methics, FiCom and Swisscom added.
const grammarETSI = `
message = @MajorVersion=integer @MinorVersion=integer AP_Info=application MSSP_Info=service
application = @AP_ID=anyURI @AP_TransID=NCName @AP_PWD=string @Instant=dateTime @AP_URL=anyURI?
service = @Instant=dateTime? MSSP_ID=member
member = DNSName=string? IPAddress=string? URI=anyURI? IdentifierString=string?
user = IdentityIssuer=member? UserIdentifier=string? HomeMSSP=member? MSISDN=string?
data = #string @MimeType=string? @Encoding=string?
digestValue = DigestMethod=ds:DigestMethod? DigestValue=base64Binary
uri = mssURI=anyURI DigestAlgAndValue=digestValue? other*
additional = Description=uri Entity=member? other*
additionals = Service=additional+
key = CertificateURL=anyURI* CertificateIssuerDN=string* HashOfUsersPublicKey=digestValue* HashOfCAPublicKey=digestValue* other
statusCode = @Value=integer StatusCode=statusCode?
statusDetail = other*
status = StatusCode=statusCode StatusMessage=string? StatusDetail=statusDetail?
certificates = Certificate=base64Binary*
distinguished = DN=string*
algorithms = Algorithm=uri*

MSS_SignatureReq = message @ValidityDate=dateTime? @TimeOut=positiveInteger? @MessagingMode=mode MobileUser=user DataToBeSigned=data DataToBeDisplayed=data? SignatureProfile=uri? AdditionalServices=additionals? MSS_Format=uri? KeyReference=key? SignatureProfileComparison=comparison?
MSS_StatusReq = message @MSSP_TransID=NCName MobileUser=user?
MSS_ReceiptReq = message @MSSP_TransID=NCName MobileUser=user Status=status? Message=data? SignedReceipt=ds:Signature?
MSS_ProfileReq = message MobileUser=user Params=string? (GetAutoActivation=boolean|GetServerSideSignature=boolean|GetRecoveryCodeCreated=boolean|GetCertificates=boolean|other)*
MSS_RegistrationReq = message MobileUser=user EncryptedData=xenc:EncryptedData? EncryptResponseBy=anyURI? CertificateURI=anyURI? X509Certificate=base64Binary? other*
MSS_HandshakeReq = message SecureMethods Certificates=certificates RootCAs=distinguished SignatureAlgList=algorithms
SecureMethods = @MSS_Signature=boolean @MSS_Registration=boolean @MSS_Notification=boolean @MSS_ProfileQuery=boolean @MSS_Receipt=boolean @MSS_Status=boolean

ds:DigestMethod = mixed @Algorithm=anyURI other*
fi:UserLang = #string
fi:EventID = #string
fi:SessionID = #string
fi:NoSpamCode = #string @verify=string?
fi:PKCS1 = fi:SignatureValue=base64Binary fi:X509Certificate=base64Binary
fi:PostalAddress = fi:Name=string fi:StreetAddress=string fi:PostalCode=string fi:Town=string fi:Country=string
fi:ServiceResponses = fi:ServiceResponse=fi:response*
fi:response = fi:Description=uri fi:Entity=member? fi:Status=status?
receipt = @ReceiptMessagingMode=receiptMode @TimeOut=integer? @RetryTimeOut=integer? @NextRetry=integer? @NetworkAck=boolean? @ClientAck=boolean? @UserAck=boolean? @UserResponse=string? @FaultMessage=string? @other sco:ReceiptProfile=sco:profile?
sco:ReceiptRequestExtension = receipt
sco:ReceiptResponseExtension = receipt
sco:profile = @Language=string? @other sco:ReceiptProfileURI=anyURI other*
`

// grammarVN is the WSDL of the Vietnamese government's service.
const grammarVN = `
message = @MajorVersion=integer @MinorVersion=integer AP_Info=application MSSP_Info=service
application = @AP_ID=anyURI @AP_PWD=string @AP_TransID=NCName @Instant=dateTime
service = @Instant=dateTime? MSSP_ID=member
member = URI=anyURI?
user = MSISDN=string?
data = #string @MimeType=string? @Encoding=string?
any = anything
uri = mssURI=anyURI any=any*
additional = Description=uri fi:UserLang*
additionals = Service=additional+
statusCode = @Value=integer StatusCode=statusCode?
statusDetail = fi:ServiceResponses*
status = StatusCode=statusCode StatusMessage=string? StatusDetail=statusDetail?
certificate = CertificateURI=string? X509Certificate=base64Binary? PublicKey=base64Binary?

MSS_SignatureReq = message @TimeOut=positiveInteger? @MessagingMode=clientMode MobileUser=user DataToBeSigned=data DataToBeDisplayed=data MSS_Format=uri? SignatureProfile=uri? AdditionalServices=additionals?
MSS_StatusReq = message @MSSP_TransID=NCName
MSS_ReceiptReq = message @MSSP_TransID=NCName MobileUser=user Status=status? Message=data?
MSS_ProfileReq = message MobileUser=user
MSS_RegistrationReq = message MobileUser=user CertificateResponse=certificate* other*

fi:UserLang = #string
fi:ServiceResponses = fi:ServiceResponse=fi:response*
fi:response = fi:Description=uri
`
