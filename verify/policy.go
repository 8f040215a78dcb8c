package verify

// Names of policies.
const (
	PolicyDefault = "default" // EN 319 102-1 with the constraints that this package documents
	PolicyGDT     = "gdt"     // e-invoices as the General Department of Taxation takes them; not built yet
	PolicyTT15    = "tt15"    // Circular 15/2025/TT-BKHCN; not built yet
)

// policyVersion is raised whenever the same evidence could get another verdict.
const policyVersion = "1"

// ParsePolicy reads the name of a policy; "" is "default". A report never carries the name of rules that were not applied: "gdt" and
// "tt15" are an *[Error] with [CodePolicyYet] until they are built, any other name one with [CodePolicy].
func ParsePolicy(name string) (PolicyName, error) {
	switch name {
	case "", PolicyDefault:
		return PolicyName{Name: PolicyDefault, Version: policyVersion}, nil
	case PolicyGDT, PolicyTT15:
		return PolicyName{Name: name}, fail(CodePolicyYet, nil, "policy", name)
	}
	return PolicyName{Name: name}, fail(CodePolicy, nil, "policy", name)
}
