package i18n

var trust = map[string]Message{}
