package i18n

var alg = map[string]Message{}
