package i18n

var verify = map[string]Message{}
