package i18n

var cms = map[string]Message{
	// Errors.
	"cms.malformed": {
		En: "this is not a CMS signature file, or it is damaged",
		Vi: "đây không phải là tệp chữ ký CMS, hoặc tệp đã bị hỏng",
	},
	"cms.not-signed-data": {
		En: "this CMS file holds no signatures but something else (type {type})",
		Vi: "tệp CMS này không chứa chữ ký mà chứa loại dữ liệu khác (loại {type})",
	},
	"cms.too-many": {
		En: "the file holds more than kyso reads: {what}, at most {limit}",
		Vi: "tệp chứa nhiều hơn mức kyso đọc: tối đa {limit} {what}",
	},
	"cms.trailing": {
		En: "something follows the end of the signature",
		Vi: "có dữ liệu thừa sau phần cuối của chữ ký",
	},
	"cms.write": {
		En: "the result could not be written",
		Vi: "không ghi được kết quả",
	},
	"cms.read": {
		En: "the content could not be read",
		Vi: "không đọc được nội dung",
	},
	"cms.content-size": {
		En: "the content has {found} bytes instead of the {announced} announced",
		Vi: "nội dung có {found} byte thay vì {announced} byte như đã khai báo",
	},
	"cms.content": {
		En: "the content that the signature is about was not given",
		Vi: "chưa cung cấp nội dung cần ký hoặc cần kiểm tra",
	},
	"cms.content-other": {
		En: "this is not the content that the earlier signers of the file signed",
		Vi: "đây không phải là nội dung mà những người ký trước đã ký",
	},
	"cms.content-changed": {
		En: "the content has changed since the signature was prepared; prepare it again",
		Vi: "nội dung đã thay đổi kể từ khi chuẩn bị chữ ký; hãy chuẩn bị lại",
	},
	"cms.archived": {
		En: "nothing can be added: an archive time-stamp of an older kind covers the whole file and would break",
		Vi: "không thể bổ sung gì vào tệp: dấu thời gian lưu trữ kiểu cũ bảo vệ toàn bộ tệp và sẽ mất hiệu lực",
	},
	"cms.key": {
		En: "the key of this certificate cannot sign in the way asked for",
		Vi: "khóa của chứng thư số này không thể ký theo cách được yêu cầu",
	},
	"cms.chain": {
		En: "the signer's certificate is missing, or there are too many certificates ({count}, limit {limit})",
		Vi: "thiếu chứng thư số của người ký, hoặc có quá nhiều chứng thư số ({count}, giới hạn {limit})",
	},
	"cms.options": {
		En: "the options do not fit together: {reason}",
		Vi: "các tùy chọn không phù hợp với nhau: {reason}",
	},
	"cms.level-refused": {
		En: "this signature cannot be brought to level {level}: {reason}",
		Vi: "không thể nâng chữ ký này lên mức {level}: {reason}",
	},
	"cms.collector": {
		En: "level {level} needs certificates and revocation data, but nothing was given to find them with",
		Vi: "mức {level} cần chứng thư số và dữ liệu thu hồi, nhưng chưa khai báo cách tìm chúng",
	},
	"cms.evidence": {
		En: "the evidence for the certificate of {subject} could not be had",
		Vi: "không lấy được bằng chứng kiểm tra cho chứng thư số của {subject}",
	},
	"cms.timestamper": {
		En: "level {level} needs a time-stamp service, and none is given",
		Vi: "mức {level} cần dịch vụ cấp dấu thời gian nhưng chưa khai báo dịch vụ nào",
	},
	"cms.timestamp": {
		En: "no usable time-stamp could be had for the signature",
		Vi: "không lấy được dấu thời gian hợp lệ cho chữ ký",
	},
	"cms.state": {
		En: "the prepared signature cannot be used: {reason}",
		Vi: "không dùng được chữ ký đã chuẩn bị: {reason}",
	},
	"cms.state-version": {
		En: "the prepared signature is of another kind or version ({format}, version {version}) than this kyso finishes",
		Vi: "chữ ký đã chuẩn bị thuộc loại hoặc phiên bản ({format}, phiên bản {version}) mà bản kyso này không hoàn tất được",
	},
	"cms.state-too-large": {
		En: "the prepared signature needs {size} bytes, more than the {limit} allowed; give fewer certificates",
		Vi: "chữ ký đã chuẩn bị cần {size} byte, vượt mức cho phép {limit} byte; hãy đưa ít chứng thư số hơn",
	},
	"cms.attached": {
		En: "the service's signature brings content of its own; one beside the content is needed",
		Vi: "chữ ký do dịch vụ trả về mang theo nội dung riêng; cần chữ ký tách rời khỏi nội dung",
	},
	"cms.detached": {
		En: "the service's signature does not hold the content that it is about",
		Vi: "chữ ký do dịch vụ trả về không chứa nội dung được ký",
	},
	"cms.signers": {
		En: "the service's signature must have exactly one signer, not {count}",
		Vi: "chữ ký do dịch vụ trả về phải có đúng một người ký, không phải {count}",
	},
	"cms.hash": {
		En: "the service used the hash function {found} where {asked} was asked for",
		Vi: "dịch vụ dùng hàm băm {found} trong khi yêu cầu là {asked}",
	},
	"cms.content-kind": {
		En: "the service's signature is about content of the type {type}, not about plain data",
		Vi: "chữ ký do dịch vụ trả về áp dụng cho nội dung loại {type}, không phải dữ liệu thông thường",
	},
	"cms.not-der": {
		En: "the service's signature is not encoded in DER and cannot be brought to it without changing what others signed",
		Vi: "chữ ký do dịch vụ trả về không được mã hóa theo DER và không thể chuyển sang DER mà không làm thay đổi phần bên khác đã ký",
	},
	"cms.request-signed": {
		En: "the service was sent the digest for a bare signature value; for a CMS it needs the digest of the document itself",
		Vi: "dịch vụ đã nhận giá trị băm dùng cho giá trị chữ ký; để tạo CMS cần gửi giá trị băm của chính tài liệu",
	},
	"cms.whole": {
		En: "what was given is a whole CMS, not a bare signature value",
		Vi: "dữ liệu được đưa vào là một cấu trúc CMS hoàn chỉnh, không phải giá trị chữ ký",
	},
	"cms.certificate-other": {
		En: "the service did not sign with the certificate of {subject}",
		Vi: "dịch vụ không ký bằng chứng thư số của {subject}",
	},

	// Findings, some of them errors too.
	"cms.signature-broken": {
		En: "the signature value does not belong to the signer's key: it or what was signed has been changed, or someone else made it",
		Vi: "giá trị chữ ký không khớp với khóa của người ký: chữ ký hoặc phần đã ký bị sửa, hoặc do người khác tạo",
	},
	"cms.algorithm-unsupported": {
		En: "the algorithm {algorithm} is not supported, or not used as it must be",
		Vi: "thuật toán {algorithm} không được hỗ trợ hoặc dùng không đúng quy cách",
	},
	"cms.digest-mismatch": {
		En: "the signature names two different hash functions, {digest} for the content and {signature} for the signature",
		Vi: "chữ ký ghi hai hàm băm khác nhau: {digest} cho nội dung và {signature} cho chữ ký",
	},
	"cms.attribute-malformed": {
		En: "the attribute {attribute} cannot be read",
		Vi: "không đọc được thuộc tính {attribute}",
	},
	"cms.attribute-missing": {
		En: "the attribute {attribute}, which must be signed, is missing",
		Vi: "thiếu thuộc tính {attribute}, là thuộc tính bắt buộc phải ký",
	},
	"cms.attribute-duplicate": {
		En: "the attribute {attribute} must be there exactly once with one value",
		Vi: "thuộc tính {attribute} phải có đúng một lần với đúng một giá trị",
	},
	"cms.attribute-misplaced": {
		En: "the attribute {attribute} is in the wrong place",
		Vi: "thuộc tính {attribute} nằm sai chỗ",
	},
	"cms.weak-digest": {
		En: "the hash function {algorithm} is too weak: different content with the same hash can be made",
		Vi: "hàm băm {algorithm} quá yếu: có thể tạo ra nội dung khác có cùng giá trị băm",
	},
	"cms.weak-reference": {
		En: "the signer's certificate is named by a hash of {algorithm}, which is weak",
		Vi: "chứng thư số của người ký được dẫn chiếu bằng hàm băm yếu {algorithm}",
	},
	"cms.digest-undeclared": {
		En: "the hash function {algorithm} is not announced at the start of the file, so the content could not be checked",
		Vi: "hàm băm {algorithm} không được khai báo ở đầu tệp nên không kiểm tra được nội dung",
	},
	"cms.content-broken": {
		En: "the content is not what was signed: it was changed, or belongs to another signature",
		Vi: "nội dung không phải là nội dung đã ký: đã bị sửa hoặc thuộc về chữ ký khác",
	},
	"cms.content-missing": {
		En: "the signed content is not in the file and was not given, so it could not be checked",
		Vi: "nội dung được ký không nằm trong tệp và cũng không được cung cấp nên không kiểm tra được",
	},
	"cms.content-both": {
		En: "the content given is not the content inside the file; the one inside was checked",
		Vi: "nội dung được cung cấp khác với nội dung nằm trong tệp; đã kiểm tra nội dung nằm trong tệp",
	},
	"cms.no-signed-attributes": {
		En: "the signature has no signed attributes: nothing binds the signer's certificate and the kind of content",
		Vi: "chữ ký không có thuộc tính đã ký nên không có gì ràng buộc chứng thư số của người ký và loại nội dung",
	},
	"cms.attribute-confusion": {
		En: "the content could be the signed attributes of another signature: this may be a signature put to another use",
		Vi: "nội dung có thể là thuộc tính đã ký của một chữ ký khác: đây có thể là chữ ký bị lấy dùng vào mục đích khác",
	},
	"cms.attributes-not-der": {
		En: "the signed attributes are not encoded in DER, as they must be",
		Vi: "các thuộc tính đã ký không được mã hóa theo DER như quy định",
	},
	"cms.content-type-mismatch": {
		En: "the signed content type ({attribute}) is not that of the content ({content})",
		Vi: "loại nội dung đã ký ({attribute}) không phải là loại của nội dung ({content})",
	},
	"cms.certificate-missing": {
		En: "the signer's certificate is not in the file and was not given",
		Vi: "chứng thư số của người ký không nằm trong tệp và cũng không được cung cấp",
	},
	"cms.certificate-ambiguous": {
		En: "several certificates could be the signer's, and nothing signed says which",
		Vi: "có nhiều chứng thư số có thể là của người ký, và phần đã ký không cho biết là chứng thư số nào",
	},
	"cms.certificate-key": {
		En: "the key in the signer's certificate cannot be used",
		Vi: "không dùng được khóa trong chứng thư số của người ký",
	},
	"cms.signing-certificate-missing": {
		En: "the signature does not say which certificate belongs to it",
		Vi: "chữ ký không cho biết đi cùng chứng thư số nào",
	},
	"cms.signing-certificate-mismatch": {
		En: "the signature was made for another certificate than the one found",
		Vi: "chữ ký được tạo cho một chứng thư số khác với chứng thư số tìm thấy",
	},
	"cms.algorithm-protection": {
		En: "the algorithms named are not those that the signer signed",
		Vi: "thuật toán được nêu khác với thuật toán mà người ký đã ký",
	},
	"cms.timestamp-malformed": {
		En: "the time-stamp cannot be read",
		Vi: "không đọc được dấu thời gian",
	},
	"cms.timestamp-broken": {
		En: "the time-stamp is not validly signed or not made as it must be",
		Vi: "dấu thời gian không được ký hợp lệ hoặc không đúng quy cách",
	},
	"cms.timestamp-unbound": {
		En: "the time-stamp belongs to something other than this signature",
		Vi: "dấu thời gian không thuộc về chữ ký này",
	},
	"cms.timestamp-order": {
		En: "the archive time-stamp ({time}) is older than a time-stamp that it covers ({since}); one of the two times is wrong",
		Vi: "dấu thời gian lưu trữ ({time}) có trước một dấu thời gian mà nó bảo vệ ({since}); một trong hai thời điểm là sai",
	},
	"cms.archive-index-missing": {
		En: "the archive time-stamp does not list what it covers",
		Vi: "dấu thời gian lưu trữ không có danh mục những gì nó bảo vệ",
	},
	"cms.archive-index-several": {
		En: "the archive time-stamp has {count} lists of what it covers, where one is allowed",
		Vi: "dấu thời gian lưu trữ có {count} danh mục những gì nó bảo vệ, trong khi chỉ được có một",
	},
	"cms.archive-absent": {
		En: "{count} of the {of} parts that the archive time-stamp covers are no longer in the file, or were changed",
		Vi: "{count} trong số {of} thành phần mà dấu thời gian lưu trữ bảo vệ đã bị xóa khỏi tệp hoặc bị thay đổi",
	},
	"cms.counter-signature-malformed": {
		En: "a counter-signature cannot be read",
		Vi: "không đọc được một chữ ký xác nhận (counter-signature)",
	},
	"cms.counter-signature-depth": {
		En: "counter-signatures are nested deeper than kyso reads (limit {limit})",
		Vi: "chữ ký xác nhận lồng nhau sâu hơn mức kyso đọc (giới hạn {limit})",
	},
}
