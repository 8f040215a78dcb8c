package i18n

var xml = map[string]Message{
	// Errors.
	"xml.malformed": {
		En: "this is not well-formed XML: {reason} (byte {offset})",
		Vi: "đây không phải là XML đúng cú pháp: {reason} (byte thứ {offset})",
	},
	"xml.namespace": {
		En: "the XML breaks the rules of namespaces: {reason} (byte {offset})",
		Vi: "XML vi phạm quy tắc về không gian tên (namespace): {reason} (byte thứ {offset})",
	},
	"xml.doctype": {
		En: "the XML has a document type declaration (DOCTYPE, byte {offset}), which kyso does not read because it can change what the document says",
		Vi: "XML có khai báo kiểu tài liệu (DOCTYPE, byte thứ {offset}); kyso không đọc vì khai báo này có thể làm thay đổi nội dung tài liệu",
	},
	"xml.entity": {
		En: "the XML refers to the entity {name}, which is not defined (byte {offset})",
		Vi: "XML tham chiếu thực thể {name} chưa được định nghĩa (byte thứ {offset})",
	},
	"xml.encoding": {
		En: "the encoding of the XML cannot be used: {reason}",
		Vi: "không dùng được bảng mã của XML: {reason}",
	},
	"xml.version": {
		En: "the document is XML {version}; kyso reads XML 1.0",
		Vi: "tài liệu là XML {version}; kyso chỉ đọc XML 1.0",
	},
	"xml.limit": {
		En: "the XML exceeds a safety limit: at most {max} {what}",
		Vi: "XML vượt quá giới hạn an toàn: tối đa {max} {what}",
	},
	"xml.read": {
		En: "the document could not be read",
		Vi: "không đọc được tài liệu",
	},
	"xml.write": {
		En: "the result could not be written",
		Vi: "không ghi được kết quả",
	},
	"xml.relative-namespace": {
		En: "the namespace {value} is a relative address, for which no canonical form exists",
		Vi: "không gian tên {value} là địa chỉ tương đối nên không có dạng chuẩn tắc",
	},
	"xml.canonicalization": {
		En: "the canonicalisation algorithm {algorithm} is not supported",
		Vi: "không hỗ trợ thuật toán chuẩn tắc hóa {algorithm}",
	},
	"xml.not-found": {
		En: "no element has the Id {id}",
		Vi: "không có phần tử nào có Id {id}",
	},
	"xml.ambiguous": {
		En: "several elements have the Id {id}, so it is not certain what is meant",
		Vi: "có nhiều phần tử cùng Id {id} nên không xác định được phần tử nào được nói đến",
	},
	"xml.option": {
		En: "the option {option} cannot be {value}",
		Vi: "tùy chọn {option} không thể là {value}",
	},
	"xml.changed": {
		En: "the document has changed since it was read or prepared; do it again",
		Vi: "tài liệu đã thay đổi kể từ khi được đọc hoặc chuẩn bị; hãy làm lại",
	},
	"xml.key": {
		En: "the key of this certificate cannot sign in the way asked for",
		Vi: "khóa của chứng thư số này không thể ký theo cách được yêu cầu",
	},
	"xml.no-certificate": {
		En: "the signer has no certificate",
		Vi: "người ký không có chứng thư số",
	},
	"xml.place-none": {
		En: "the document has no element {path} to put the signature into",
		Vi: "tài liệu không có phần tử {path} để đặt chữ ký",
	},
	"xml.place-several": {
		En: "the document has several elements {path}; say which one the signature goes into",
		Vi: "tài liệu có nhiều phần tử {path}; hãy chỉ rõ phần tử sẽ đặt chữ ký",
	},
	"xml.id-taken": {
		En: "the document already has an element with the Id {id}, which the signature is to carry",
		Vi: "tài liệu đã có phần tử mang Id {id} mà chữ ký sẽ dùng",
	},
	"xml.earlier-signature": {
		En: "an earlier signature ({path}) covers the place where this one would go and would break; choose a place outside of what it signs",
		Vi: "một chữ ký có trước ({path}) bảo vệ cả vị trí đặt chữ ký này nên sẽ bị hỏng; hãy chọn vị trí nằm ngoài phần đã ký",
	},
	"xml.state": {
		En: "the prepared signature cannot be used: {reason}",
		Vi: "không dùng được chữ ký đã chuẩn bị: {reason}",
	},
	"xml.state-version": {
		En: "the prepared signature is of another kind or version ({format}, version {version}) than this kyso finishes",
		Vi: "chữ ký đã chuẩn bị thuộc loại hoặc phiên bản ({format}, phiên bản {version}) mà bản kyso này không hoàn tất được",
	},
	"xml.state-too-large": {
		En: "the prepared signature needs {size} bytes, more than the {limit} allowed; give fewer certificates",
		Vi: "chữ ký đã chuẩn bị cần {size} byte, vượt mức cho phép {limit} byte; hãy đưa ít chứng thư số hơn",
	},

	// Findings, some of them errors too.
	"xml.signature-shape": {
		En: "the signature is not of the form that XML signatures must have: {what}",
		Vi: "chữ ký không đúng cấu trúc bắt buộc của chữ ký XML: {what}",
	},
	"xml.signature-broken": {
		En: "the signature value does not belong to the signer's key: it or what was signed has been changed, or someone else made it",
		Vi: "giá trị chữ ký không khớp với khóa của người ký: chữ ký hoặc phần đã ký bị sửa, hoặc do người khác tạo",
	},
	"xml.algorithm-unsupported": {
		En: "the algorithm {algorithm} is not supported",
		Vi: "không hỗ trợ thuật toán {algorithm}",
	},
	"xml.transform-unsupported": {
		En: "what is signed goes through the transform {algorithm}, which kyso does not carry out",
		Vi: "phần được ký phải qua phép biến đổi {algorithm} mà kyso không thực hiện",
	},
	"xml.weak-digest": {
		En: "the hash function {algorithm} is too weak: different content with the same hash can be made",
		Vi: "hàm băm {algorithm} quá yếu: có thể tạo ra nội dung khác có cùng giá trị băm",
	},
	"xml.weak-key": {
		En: "the signer's key, {key}, is too short to be relied on today",
		Vi: "khóa {key} của người ký quá ngắn so với yêu cầu an toàn hiện nay",
	},
	"xml.certificate-missing": {
		En: "the signer's certificate is not in the signature and was not given",
		Vi: "chứng thư số của người ký không nằm trong chữ ký và cũng không được cung cấp",
	},
	"xml.certificate-key": {
		En: "the key in the signer's certificate cannot be used",
		Vi: "không dùng được khóa trong chứng thư số của người ký",
	},
	"xml.key-info": {
		En: "a part of the signature's key information cannot be used: {name}",
		Vi: "không dùng được một phần thông tin khóa của chữ ký: {name}",
	},
	"xml.key-other": {
		En: "the signature carries a public key that is not the one of the signer's certificate",
		Vi: "chữ ký kèm một khóa công khai khác với khóa trong chứng thư số của người ký",
	},
	"xml.reference-broken": {
		En: "what is signed has been changed[[: {uri}]]",
		Vi: "phần đã ký đã bị thay đổi[[: {uri}]]",
	},
	"xml.reference-unresolved": {
		En: "what is signed is not in the document: {uri}",
		Vi: "không tìm thấy phần đã ký trong tài liệu: {uri}",
	},
	"xml.reference-ambiguous": {
		En: "several elements carry the Id of what is signed, so it is not certain which is meant: {uri}",
		Vi: "có nhiều phần tử mang Id của phần đã ký nên không xác định được phần tử nào được ký: {uri}",
	},
	"xml.reference-external": {
		En: "what is signed lies outside of the document and was not given: {uri}",
		Vi: "phần đã ký nằm ngoài tài liệu và không được cung cấp: {uri}",
	},
	"xml.reference-uri": {
		En: "what is signed is named in a way that kyso does not follow: {uri}",
		Vi: "phần đã ký được chỉ ra theo cách kyso không hỗ trợ: {uri}",
	},
	"xml.reference-empty": {
		En: "a part of the signature covers nothing at all[[: {uri}]]",
		Vi: "một phần của chữ ký không bảo vệ nội dung nào[[: {uri}]]",
	},
	"xml.comment-unsigned": {
		En: "there are comments in what is signed that the signature does not protect[[: {uri}]]",
		Vi: "trong phần đã ký có chú thích không được chữ ký bảo vệ[[: {uri}]]",
	},
	"xml.manifest-broken": {
		En: "a part that the signed list names has been changed or could not be checked: {uri}",
		Vi: "một phần thuộc danh sách đã ký bị thay đổi hoặc không kiểm tra được: {uri}",
	},
	"xml.base64": {
		En: "what should be base64 is not",
		Vi: "dữ liệu không phải là base64 hợp lệ",
	},
	"xml.xpath": {
		En: "an XPath expression of the signature cannot be followed: {reason}",
		Vi: "không thực hiện được biểu thức XPath của chữ ký: {reason}",
	},

	// XAdES.
	"xml.properties-several": {
		En: "the signature has more than one {what}, where there may be one",
		Vi: "chữ ký có nhiều {what}, trong khi chỉ được có một",
	},
	"xml.properties-target": {
		En: "the properties in this signature say that they belong to another one ({id})",
		Vi: "các thuộc tính trong chữ ký này lại khai là của một chữ ký khác ({id})",
	},
	"xml.properties-unsigned": {
		En: "what the signer is said to claim (signing time, certificate, role) is not signed and was not taken into account",
		Vi: "những gì được khai là của người ký (thời điểm ký, chứng thư số, vai trò) không được ký nên không được xét đến",
	},
	"xml.properties-foreign": {
		En: "what is signed as the properties of this signature is something else[[: {uri}]]",
		Vi: "phần được ký với tư cách thuộc tính của chữ ký này lại là phần khác[[: {uri}]]",
	},
	"xml.property": {
		En: "a property of the signature cannot be read: {name}",
		Vi: "không đọc được một thuộc tính của chữ ký: {name}",
	},
	"xml.time-zone": {
		En: "the signing time that the signer claims has no time zone; it was read as UTC",
		Vi: "thời điểm ký do người ký khai không có múi giờ; kyso đọc theo giờ UTC",
	},
	"xml.signing-certificate-missing": {
		En: "the signature does not say which certificate belongs to it",
		Vi: "chữ ký không cho biết đi cùng chứng thư số nào",
	},
	"xml.signing-certificate-mismatch": {
		En: "the signature was made for another certificate than the one found",
		Vi: "chữ ký được tạo cho một chứng thư số khác với chứng thư số tìm thấy",
	},
	"xml.weak-reference": {
		En: "the signer's certificate is named by a hash of {algorithm}, which is weak",
		Vi: "chứng thư số của người ký được dẫn chiếu bằng hàm băm yếu {algorithm}",
	},
	"xml.issuer-serial": {
		En: "the signature names the signer's certificate by its hash and by the serial number of another certificate",
		Vi: "chữ ký dẫn chiếu chứng thư số của người ký đúng theo giá trị băm nhưng kèm số sê-ri của chứng thư số khác",
	},
	"xml.value-unreadable": {
		En: "a certificate or revocation data in the signature cannot be read: {name}",
		Vi: "không đọc được một chứng thư số hoặc dữ liệu thu hồi trong chữ ký: {name}",
	},
	"xml.timestamp-malformed": {
		En: "the time-stamp cannot be read",
		Vi: "không đọc được dấu thời gian",
	},
	"xml.timestamp-broken": {
		En: "the time-stamp is not validly signed or not made as it must be",
		Vi: "dấu thời gian không được ký hợp lệ hoặc không đúng quy cách",
	},
	"xml.timestamp-unbound": {
		En: "the time-stamp belongs to something other than this signature",
		Vi: "dấu thời gian không thuộc về chữ ký này",
	},
	"xml.timestamp-unchecked": {
		En: "it could not be computed what the time-stamp is over",
		Vi: "không tính được dấu thời gian bảo vệ phần nào",
	},
	"xml.timestamp-order": {
		En: "the time-stamp ({time}) is older than a time-stamp that it covers ({since}); one of the two times is wrong",
		Vi: "dấu thời gian ({time}) có trước một dấu thời gian mà nó bảo vệ ({since}); một trong hai thời điểm là sai",
	},
	"xml.counter-signature-other": {
		En: "the counter-signature does not confirm the signature that it stands in",
		Vi: "chữ ký xác nhận không xác nhận chữ ký mà nó nằm trong",
	},
	"xml.level-refused": {
		En: "this signature cannot be brought to level {level}: {reason}",
		Vi: "không thể nâng chữ ký này lên mức {level}: {reason}",
	},
	"xml.countersign": {
		En: "this signature cannot be countersigned: {reason}",
		Vi: "không thể ký xác nhận chữ ký này: {reason}",
	},
	"xml.collector": {
		En: "level {level} needs certificates and revocation data, but nothing was given to find them with",
		Vi: "mức {level} cần chứng thư số và dữ liệu thu hồi, nhưng chưa khai báo cách tìm chúng",
	},
	"xml.evidence": {
		En: "the evidence for the certificate of {subject} could not be had",
		Vi: "không lấy được bằng chứng kiểm tra cho chứng thư số của {subject}",
	},
	"xml.timestamper": {
		En: "level {level} needs a time-stamp service, and none is given",
		Vi: "mức {level} cần dịch vụ cấp dấu thời gian nhưng chưa khai báo dịch vụ nào",
	},
	"xml.timestamp": {
		En: "no time-stamp could be had for the signature",
		Vi: "không lấy được dấu thời gian cho chữ ký",
	},
}
