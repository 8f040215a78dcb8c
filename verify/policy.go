package verify

// Names of policies.
const (
	PolicyDefault = "default" // EN 319 102-1 with the constraints that this package documents
	PolicyGDT     = "gdt"     // e-invoices as the General Department of Taxation takes them; not built yet
	PolicyTT15    = "tt15"    // Circular 15/2025/TT-BKHCN; not built yet
)

// policyVersion is raised whenever the same evidence could get another verdict.
const policyVersion = "1"

// policy is a set of rules by which facts are judged: the process of EN 319 102-1 is the same for all, and what it leaves to a signature
// validation policy (5.1.4) stands here. It is read only.
type policy struct {
	PolicyName

	// claimedTime lets the time that the signer claims count where nothing is proved, as long as the signature covers the claim.
	claimedTime bool

	// sign adds what the policy demands of one signature beyond the process, as findings and reasons for doubt. It is called when
	// everything else about the signature is judged. May be nil.
	sign func(j *judging, f *subject, s *Signature, v *verdict)

	// conform adds to a report whose signatures are all judged: conformance, and findings about the document. May be nil.
	conform func(j *judging)
}

// policies are those that are built.
var policies = []*policy{
	{PolicyName: PolicyName{Name: PolicyDefault, Version: policyVersion}},
}

// ParsePolicy reads the name of a policy; "" is "default". A report never carries the name of rules that were not applied: "gdt" and
// "tt15" are an *[Error] with [CodePolicyYet] until they are built, any other name one with [CodePolicy].
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
	switch name {
	case PolicyGDT, PolicyTT15:
		return nil, fail(CodePolicyYet, nil, "policy", name)
	}
	return nil, fail(CodePolicy, nil, "policy", name)
}
