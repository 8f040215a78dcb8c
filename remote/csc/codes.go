package csc

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of the errors that only this protocol has; all are of type [remote.Error]. The others are those of package remote.
const (
	CodeVersion    finding.Code = "csc.version"             // found, want: the service speaks another version
	CodeMethod     finding.Code = "csc.method"              // name: the service does not offer it
	CodeMode       finding.Code = "csc.mode"                // name: a way to authorize that the configuration does not provide for
	CodeExpression finding.Code = "csc.expression"          // reason: what the service says about how to authenticate cannot be read
	CodeSecret     finding.Code = "csc.secret"              // a PIN, password or one-time code was wrong; the service does not say which
	CodeSpent      finding.Code = "csc.authorization-spent" // the authorization was used up or has run out
	CodeState      finding.Code = "csc.oauth-state"         // what came back from the browser belongs to no request of ours
	CodeAlgorithm  finding.Code = "csc.algorithm"           // the key contradicts its certificate
)
