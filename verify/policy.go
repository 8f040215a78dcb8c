package verify

import "github.com/kyso-dev/kyso/trust"

// Names of policies.
const (
	PolicyDefault = "default" // EN 319 102-1 with the constraints that this package documents
	PolicyGDT     = "gdt"     // documents of the tax authority: RSA PKCS#1 v1.5 over SHA-256
	PolicyTT15    = "tt15"    // Circular 15/2025/TT-BKHCN: RSASSA-PSS or ECDSA, SHA-2 or SHA-3, AdES
)

// policyVersion is raised whenever the same evidence could get another verdict.
const policyVersion = "1"

// policy is a set of rules by which facts are judged: the process of EN 319 102-1 is the same for all, and what it leaves to a signature
// validation policy (5.1.4) stands here. It is read only.
type policy struct {
	PolicyName

	// claimedTime lets the time that the signer claims count where nothing is proved, as long as the signature covers the claim.
	claimedTime bool

	// algorithms says until when algorithms are relied on; nil: the dates of trust.DefaultAlgorithms.
	algorithms *trust.Algorithms

	// sign adds what the policy demands of one signature beyond the process, as findings and reasons for doubt. It is called when
	// everything else about the signature is judged. May be nil.
	sign func(j *judging, f *subject, s *Signature, v *verdict)

	// conform adds to a report whose signatures are all judged: conformance, and findings about the document. May be nil.
	conform func(j *judging)
}

// policies are those that are built.
var policies = []*policy{
	{PolicyName: PolicyName{Name: PolicyDefault, Version: policyVersion}, conform: (*judging).conform},
	{PolicyName: PolicyName{Name: PolicyGDT, Version: policyVersion}, claimedTime: true, sign: rulesGDT.sign, conform: (*judging).conform},
	{PolicyName: PolicyName{Name: PolicyTT15, Version: policyVersion}, claimedTime: true, sign: rulesTT15.sign, conform: (*judging).conform},
}

// ParsePolicy reads the name of a policy; "" is "default". A name that no policy has is an *[Error] with [CodePolicy].
func ParsePolicy(name string) (PolicyName, error) {
	p, err := policyNamed(name)
	if err != nil {
		return PolicyName{Name: name}, err
	}
	return p.PolicyName, nil
}

func policyNamed(name string) (*policy, error) {
	if name == "" {
		name = PolicyDefault
	}
	for _, p := range policies {
		if p.Name == name {
			return p, nil
		}
	}
	return nil, fail(CodePolicy, nil, "policy", name)
}
