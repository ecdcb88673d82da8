package frameworks

import "appointable/internal/fault"

// Status is where a framework version is in its life: a draft is edited and
// then published; a published one never changes and can only be retired.
type Status string

// The states of a framework version.
const (
	Draft     Status = "draft"
	Published Status = "published"
	Retired   Status = "retired"
)

// Edit returns nil if the version may be changed or deleted, else
// fault.Conflict.
func (s Status) Edit() error {
	switch s {
	case Draft:
		return nil
	case Published:
		return fault.New(fault.Conflict, "this version is published and never changes; make a new version to change it")
	case Retired:
		return fault.New(fault.Conflict, "this version is retired and never changes; make a new version to change it")
	}
	return s.unknown()
}

// Publish returns the status after publishing, or fault.Conflict if the version
// is not a draft. That its content may be published is Publishable's question.
func (s Status) Publish() (Status, error) {
	switch s {
	case Draft:
		return Published, nil
	case Published:
		return s, fault.New(fault.Conflict, "this version is published already")
	case Retired:
		return s, fault.New(fault.Conflict, "this version is retired; make a new version to publish it again")
	}
	return s, s.unknown()
}

// Retire returns the status after retiring, or fault.Conflict if the version is
// not published. Campaigns that run with it go on.
func (s Status) Retire() (Status, error) {
	switch s {
	case Draft:
		return s, fault.New(fault.Conflict, "this version is a draft, which no campaign uses; delete it instead of retiring it")
	case Published:
		return Retired, nil
	case Retired:
		return s, fault.New(fault.Conflict, "this version is retired already")
	}
	return s, s.unknown()
}

// StartCampaign returns nil if a new campaign may use the version, else
// fault.Conflict.
func (s Status) StartCampaign() error {
	switch s {
	case Draft:
		return fault.New(fault.Conflict, "this version is a draft; publish it before a campaign uses it")
	case Published:
		return nil
	case Retired:
		return fault.New(fault.Conflict, "this version is retired; choose a published version for a new campaign")
	}
	return s.unknown()
}

func (s Status) unknown() error {
	return fault.New(fault.Conflict, "“%s” is not a state of a framework version; it is draft, published or retired", string(s))
}
