package i18n

var alg = map[string]Message{
	"alg.unsupported": {
		En: "the algorithm {algorithm} is not supported",
		Vi: "thuật toán {algorithm} không được hỗ trợ",
	},
	"alg.malformed": {
		En: "the {structure} cannot be read: {reason}",
		Vi: "không đọc được {structure}: {reason}",
	},
	"alg.parameters": {
		En: "the parameters of {algorithm} are not acceptable: {reason}",
		Vi: "tham số của thuật toán {algorithm} không được chấp nhận: {reason}",
	},
	"alg.hash-mismatch": {
		En: "the digest algorithm {digest} does not go with the signature algorithm {signature}",
		Vi: "thuật toán băm {digest} không khớp với thuật toán ký {signature}",
	},
	"alg.weak-hash": {
		En: "{hash} is too weak to sign with; choose SHA-256, SHA-384 or SHA-512",
		Vi: "{hash} quá yếu để ký; hãy chọn SHA-256, SHA-384 hoặc SHA-512",
	},
	"alg.key-mismatch": {
		En: "a key of type {key} cannot make or check a signature of type {algorithm}",
		Vi: "khóa loại {key} không thể tạo hay kiểm tra chữ ký loại {algorithm}",
	},
	"alg.weak-key": {
		En: "the key {key} is too short; at least {min} bits are needed",
		Vi: "khóa {key} quá ngắn; cần ít nhất {min} bit",
	},
	"alg.faulty-key": {
		En: "the key {key} was made by a faulty generator, and its private part can be computed (CVE-2017-15361); get a new certificate",
		Vi: "khóa {key} được tạo bởi bộ sinh khóa có lỗi nên có thể bị tính ra khóa bí mật (CVE-2017-15361); hãy xin cấp chứng thư số mới",
	},
	"alg.unusable-key": {
		En: "the public key {key} cannot be used: {reason}",
		Vi: "khóa công khai {key} không dùng được: {reason}",
	},
	"alg.key-too-large": {
		En: "the RSA key has {bits} bits, and at most {max} are accepted",
		Vi: "khóa RSA có {bits} bit, chỉ chấp nhận tối đa {max} bit",
	},
	"alg.curve": {
		En: "the curve {curve} is not supported; P-256, P-384 and P-521 are",
		Vi: "đường cong {curve} không được hỗ trợ; chỉ hỗ trợ P-256, P-384 và P-521",
	},
	"alg.explicit-curve": {
		En: "the key describes its curve by explicit parameters, and only named curves are accepted",
		Vi: "khóa khai báo đường cong bằng tham số riêng, trong khi chỉ chấp nhận đường cong có tên",
	},
	"alg.digest-length": {
		En: "a {hash} digest has {want} bytes, and {got} were given",
		Vi: "giá trị băm {hash} phải dài {want} byte, nhưng nhận được {got} byte",
	},
	"alg.signature-form": {
		En: "the {algorithm} signature value is malformed: {reason}",
		Vi: "giá trị chữ ký {algorithm} sai định dạng: {reason}",
	},
	"alg.signature-wrong": {
		En: "the {algorithm} signature is not right for this key and content",
		Vi: "chữ ký {algorithm} không đúng với khóa và nội dung này",
	},
}
