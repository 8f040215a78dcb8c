package i18n

var timestamp = map[string]Message{
	// Families.
	"timestamp.unavailable": {
		En: "no time-stamp could be had",
		Vi: "không lấy được dấu thời gian",
	},
	"timestamp.refused": {
		En: "the time-stamp authority refused the request",
		Vi: "đơn vị cấp dấu thời gian từ chối yêu cầu",
	},
	"timestamp.malformed": {
		En: "the time-stamp data cannot be read",
		Vi: "không đọc được dữ liệu dấu thời gian",
	},
	"timestamp.not-proved": {
		En: "the time-stamp does not prove what it should",
		Vi: "dấu thời gian không chứng minh được điều cần chứng minh",
	},

	// What the client was asked for.
	"timestamp.no-server": {
		En: "no time-stamp server is given",
		Vi: "chưa cho biết địa chỉ máy chủ cấp dấu thời gian",
	},
	"timestamp.client-options": {
		En: "the time-stamp client's settings cannot be used together or have unusable values: {field}",
		Vi: "cấu hình lấy dấu thời gian mâu thuẫn nhau hoặc có giá trị không dùng được: {field}",
	},
	"timestamp.url": {
		En: "{url} is not the address of a time-stamp server; it must begin with http:// or https://",
		Vi: "{url} không phải địa chỉ máy chủ cấp dấu thời gian; địa chỉ phải bắt đầu bằng http:// hoặc https://",
	},
	"timestamp.hash-unsupported": {
		En: "the hash {hash} is unknown or too weak to be time-stamped; use SHA-256, SHA-384 or SHA-512",
		Vi: "thuật toán băm {hash} không được hỗ trợ hoặc quá yếu để đóng dấu thời gian; hãy dùng SHA-256, SHA-384 hoặc SHA-512",
	},
	"timestamp.digest-length": {
		En: "a {hash} digest has {want} bytes, but {found} were given",
		Vi: "giá trị băm {hash} phải dài {want} byte, nhưng giá trị đưa vào dài {found} byte",
	},

	// No answer was had.
	"timestamp.unreachable": {
		En: "the time-stamp server {url} cannot be reached: it is down, or the address or the network is wrong",
		Vi: "không kết nối được tới máy chủ cấp dấu thời gian {url}: máy chủ ngừng hoạt động, hoặc sai địa chỉ, hoặc mạng có sự cố",
	},
	"timestamp.tls": {
		En: "no secure connection to the time-stamp server {url}",
		Vi: "không lập được kết nối bảo mật tới máy chủ cấp dấu thời gian {url}",
	},
	"timestamp.timeout": {
		En: "the time-stamp server {url} was too slow: no answer within {limit}; try again later",
		Vi: "máy chủ cấp dấu thời gian {url} quá chậm: không trả lời trong {limit}; hãy thử lại sau",
	},
	"timestamp.cancelled": {
		En: "asking {url} for a time-stamp was cancelled",
		Vi: "việc lấy dấu thời gian từ {url} đã bị hủy",
	},
	"timestamp.address-refused": {
		En: "the time-stamp server {url} lies inside a private network ({address}), which is not allowed here",
		Vi: "máy chủ cấp dấu thời gian {url} nằm trong mạng nội bộ ({address}), ở đây không được phép",
	},
	"timestamp.too-large": {
		En: "the answer of the time-stamp server {url} is larger than {limit} bytes",
		Vi: "phản hồi của máy chủ cấp dấu thời gian {url} lớn hơn {limit} byte",
	},
	"timestamp.answer-broken": {
		En: "the answer of the time-stamp server {url} broke off or is not HTTP",
		Vi: "phản hồi của máy chủ cấp dấu thời gian {url} bị đứt giữa chừng hoặc không phải HTTP",
	},
	"timestamp.redirect": {
		En: "the time-stamp server {url} sends requests on to another address in a way that is not followed; use the new address itself",
		Vi: "máy chủ cấp dấu thời gian {url} chuyển hướng yêu cầu theo cách không được chấp nhận; hãy dùng thẳng địa chỉ mới",
	},
	"timestamp.authentication": {
		En: "the time-stamp server {url} does not accept the user name, password, token or certificate (HTTP {status})",
		Vi: "máy chủ cấp dấu thời gian {url} không chấp nhận tên đăng nhập, mật khẩu, mã truy cập hoặc chứng thư số đã gửi (HTTP {status})",
	},
	"timestamp.http-status": {
		En: "the time-stamp server {url} did not accept the request (HTTP {status}); check the address",
		Vi: "máy chủ cấp dấu thời gian {url} không nhận yêu cầu (HTTP {status}); hãy kiểm tra địa chỉ",
	},
	"timestamp.http-server-error": {
		En: "the time-stamp server {url} has a fault (HTTP {status}); try again later",
		Vi: "máy chủ cấp dấu thời gian {url} gặp lỗi (HTTP {status}); hãy thử lại sau",
	},
	"timestamp.http-content-type": {
		En: "{url} answered with {type} instead of a time-stamp; it is probably not a time-stamp server",
		Vi: "{url} trả về {type} chứ không phải dấu thời gian; có lẽ đây không phải máy chủ cấp dấu thời gian",
	},
	"timestamp.all-servers-failed": {
		En: "none of the {count} time-stamp servers gave an acceptable time-stamp",
		Vi: "không máy chủ nào trong {count} máy chủ cấp được dấu thời gian hợp lệ",
	},

	// The authority answered and refused.
	"timestamp.rejected": {
		En: "the time-stamp authority rejected the request[[ (reason: {failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian từ chối yêu cầu[[ (lý do: {failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-bad-alg": {
		En: "the time-stamp authority does not support the hash algorithm[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không hỗ trợ thuật toán băm này[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-bad-request": {
		En: "the time-stamp authority does not permit or support this request[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không cho phép hoặc không hỗ trợ yêu cầu này[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-bad-data-format": {
		En: "the time-stamp authority could not read the request[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không đọc được yêu cầu[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-time-not-available": {
		En: "the time-stamp authority's clock is not available; try again later[[ ({failure})]][[; its words: {text}]]",
		Vi: "đồng hồ của đơn vị cấp dấu thời gian đang không hoạt động; hãy thử lại sau[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-unaccepted-policy": {
		En: "the time-stamp authority does not offer the policy asked for[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không áp dụng chính sách được yêu cầu[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-unaccepted-extension": {
		En: "the time-stamp authority does not support an extension of the request[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không hỗ trợ phần mở rộng trong yêu cầu[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-add-info-not-available": {
		En: "the time-stamp authority cannot give the additional information asked for[[ ({failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian không cung cấp được thông tin bổ sung được yêu cầu[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.rejected-system-failure": {
		En: "the time-stamp authority has a fault; try again later[[ ({failure})]][[; its words: {text}]]",
		Vi: "hệ thống của đơn vị cấp dấu thời gian gặp sự cố; hãy thử lại sau[[ ({failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.status-waiting": {
		En: "the time-stamp authority has not issued the time-stamp yet[[ (reason: {failure})]][[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian chưa cấp dấu thời gian[[ (lý do: {failure})]][[; nguyên văn: {text}]]",
	},
	"timestamp.status-revocation": {
		En: "the time-stamp authority's certificate is revoked or about to be (status {status}[[; reason: {failure}]])[[; its words: {text}]]",
		Vi: "chứng thư số của đơn vị cấp dấu thời gian đã hoặc sắp bị thu hồi (trạng thái {status}[[; lý do: {failure}]])[[; nguyên văn: {text}]]",
	},
	"timestamp.status-unknown": {
		En: "the time-stamp authority answered with a status that does not exist ({status}[[; reason: {failure}]])[[; its words: {text}]]",
		Vi: "đơn vị cấp dấu thời gian trả về trạng thái không tồn tại ({status}[[; lý do: {failure}]])[[; nguyên văn: {text}]]",
	},

	// What was received cannot be read.
	"timestamp.request-malformed": {
		En: "the time-stamp request is malformed at {where}",
		Vi: "yêu cầu dấu thời gian sai cấu trúc tại {where}",
	},
	"timestamp.response-malformed": {
		En: "the time-stamp response is malformed at {where}",
		Vi: "phản hồi dấu thời gian sai cấu trúc tại {where}",
	},
	"timestamp.token-missing": {
		En: "the time-stamp authority granted the request but sent no time-stamp",
		Vi: "đơn vị cấp dấu thời gian chấp thuận yêu cầu nhưng không gửi dấu thời gian",
	},
	"timestamp.token-malformed": {
		En: "the time-stamp token cannot be read",
		Vi: "không đọc được dấu thời gian",
	},
	"timestamp.token-too-large": {
		En: "the time-stamp token is larger than {limit} bytes",
		Vi: "dấu thời gian lớn hơn {limit} byte",
	},
	"timestamp.not-a-token": {
		En: "this is signed data of type {type}, not a time-stamp token",
		Vi: "đây là dữ liệu ký loại {type}, không phải dấu thời gian",
	},
	"timestamp.info-malformed": {
		En: "the content of the time-stamp token is malformed at {where}",
		Vi: "nội dung dấu thời gian sai cấu trúc tại {where}",
	},

	// The token was read, and it does not prove what it should.
	"timestamp.signer-count": {
		En: "a time-stamp token has exactly one signature, this one has {count}",
		Vi: "dấu thời gian phải có đúng một chữ ký, nhưng ở đây có {count}",
	},
	"timestamp.certificate-missing": {
		En: "the time-stamp authority's certificate is neither in the token nor among the given ones, so the token cannot be checked",
		Vi: "chứng thư số của đơn vị cấp dấu thời gian không có trong dấu và cũng không được cung cấp nên không kiểm tra được",
	},
	"timestamp.signed-attributes": {
		En: "the signed attributes of the time-stamp token are missing or malformed",
		Vi: "các thuộc tính đã ký của dấu thời gian bị thiếu hoặc sai cấu trúc",
	},
	"timestamp.content-type-attribute": {
		En: "the time-stamp token was signed as content of another type ({type})",
		Vi: "dấu thời gian được ký như nội dung loại khác ({type})",
	},
	"timestamp.content-broken": {
		En: "the content of the time-stamp token was changed after it was signed",
		Vi: "nội dung dấu thời gian đã bị thay đổi sau khi ký",
	},
	"timestamp.algorithm": {
		En: "the time-stamp token is signed with an algorithm or key that cannot be accepted",
		Vi: "dấu thời gian được ký bằng thuật toán hoặc khóa không được chấp nhận",
	},
	"timestamp.signature-broken": {
		En: "the signature of the time-stamp token is not right",
		Vi: "chữ ký trên dấu thời gian không đúng",
	},
	"timestamp.signing-certificate-missing": {
		En: "the time-stamp token does not bind its signer's certificate (no signing-certificate attribute)",
		Vi: "dấu thời gian không gắn với chứng thư số của người ký (thiếu thuộc tính signing-certificate)",
	},
	"timestamp.signing-certificate-malformed": {
		En: "the signing-certificate attribute of the time-stamp token cannot be read",
		Vi: "không đọc được thuộc tính signing-certificate của dấu thời gian",
	},
	"timestamp.signing-certificate-mismatch": {
		En: "the time-stamp token names another certificate as its signer's",
		Vi: "dấu thời gian ghi chứng thư số của người ký là một chứng thư số khác",
	},
	"timestamp.eku-missing": {
		En: "the certificate that signed the time-stamp is not for time-stamping",
		Vi: "chứng thư số ký dấu thời gian không dành cho việc cấp dấu thời gian",
	},
	"timestamp.eku-not-critical": {
		En: "the certificate that signed the time-stamp does not mark its purpose, time-stamping, as critical",
		Vi: "chứng thư số ký dấu thời gian không đánh dấu mục đích cấp dấu thời gian là bắt buộc (critical)",
	},
	"timestamp.eku-extra": {
		En: "the certificate that signed the time-stamp is for other purposes besides time-stamping",
		Vi: "chứng thư số ký dấu thời gian còn dùng cho mục đích khác ngoài việc cấp dấu thời gian",
	},
	"timestamp.key-usage": {
		En: "the certificate that signed the time-stamp may not be used for signatures",
		Vi: "chứng thư số ký dấu thời gian không được phép dùng để ký",
	},
	"timestamp.time-outside-validity": {
		En: "the time of the time-stamp, {time}, lies outside the validity of its certificate, {from} to {to}",
		Vi: "thời điểm trên dấu thời gian, {time}, nằm ngoài thời hạn của chứng thư số, từ {from} đến {to}",
	},
	"timestamp.imprint-hash": {
		En: "the time-stamp is over a {found} digest, and {want} was expected",
		Vi: "dấu thời gian được cấp cho giá trị băm {found}, trong khi cần {want}",
	},
	"timestamp.imprint-mismatch": {
		En: "the time-stamp is over other data",
		Vi: "dấu thời gian được cấp cho dữ liệu khác",
	},
	"timestamp.nonce-missing": {
		En: "the time-stamp does not answer this request: the nonce that was sent is missing",
		Vi: "dấu thời gian không ứng với yêu cầu này: thiếu số nonce đã gửi",
	},
	"timestamp.nonce-mismatch": {
		En: "the time-stamp does not answer this request: its nonce is another one",
		Vi: "dấu thời gian không ứng với yêu cầu này: số nonce khác với số đã gửi",
	},
	"timestamp.nonce-unasked": {
		En: "the time-stamp does not answer this request: it has a nonce and none was sent",
		Vi: "dấu thời gian không ứng với yêu cầu này: có số nonce trong khi yêu cầu không gửi",
	},
	"timestamp.policy-mismatch": {
		En: "the time-stamp was issued under policy {found}, and {want} was asked for",
		Vi: "dấu thời gian được cấp theo chính sách {found}, trong khi yêu cầu chính sách {want}",
	},
	"timestamp.weak-hash": {
		En: "the time-stamp authority signs with {hash}, which is too weak for a new time-stamp",
		Vi: "đơn vị cấp dấu thời gian ký bằng {hash}, quá yếu cho một dấu thời gian mới",
	},
	"timestamp.tsa-name": {
		En: "the time-stamp says that it comes from {found}, but its certificate is that of {want}",
		Vi: "dấu thời gian ghi đơn vị cấp là {found}, nhưng chứng thư số lại là của {want}",
	},
	"timestamp.time-skew": {
		En: "the time of the time-stamp, {time}, is too far from this computer's clock, {clock}",
		Vi: "thời điểm trên dấu thời gian, {time}, lệch quá nhiều so với đồng hồ máy này, {clock}",
	},
}
