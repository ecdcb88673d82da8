package handlers

import (
	"strconv"

	"appointable/internal/store"
)

// eventWords say what happened, after the name of who did it.
func eventWords() map[string]string {
	return map[string]string{ //nolint:gosec // words on passwords, and no password
		"trust.created":                  "made the trust",
		"trust.log-restarted":            "began the log anew after a restore",
		"person.added":                   "added an account",
		"person.roles-changed":           "changed somebody’s roles",
		"person.password-set":            "set a password",
		"person.sessions-ended":          "ended all sessions of an account",
		"person.left":                    "closed an account",
		"person.link-made":               "made a one-time link",
		"person.link-used":               "used a one-time link",
		"person.login-bound":             "connected an account with the trust’s own sign-in",
		"person.api-token-made":          "made an API token",
		"person.api-token-used":          "used an API token for the first time",
		"person.api-token-revoked":       "revoked an API token",
		"framework.saved":                "saved a draft of a framework",
		"framework.published":            "published a framework",
		"framework.retired":              "retired a framework",
		"campaign.saved":                 "saved the plan of a campaign",
		"campaign.imported":              "imported a round",
		"campaign.exported":              "took a campaign out as files",
		"campaign.evidence-exported":     "took out a bundle of evidence",
		"campaign.seat-filled":           "gave somebody a seat on a panel",
		"campaign.member-replaced":       "put another person in a panel seat",
		"campaign.candidate-shortlisted": "said whether a candidate is shortlisted",
		"campaign.shortlist-locked":      "locked the shortlist",
		"monitoring.recalled":            "read what audits had shown before, with the counts behind it",
		"monitoring.released":            "had an audit show counts of protected characteristics",
		"fairness.audited":               "audited the fairness of campaigns",
		"campaign.candidates-added":      "added candidates",
		"campaign.candidate-changed":     "said how far a candidate came",
		"campaign.retention-set":         "set until when personal data are kept",
		"campaign.results-entered":       "entered psychometric results",
		"campaign.sheets-assigned":       "said who marks whom",
		"campaign.scoring-opened":        "locked the plan and opened scoring",
		"campaign.marks-revealed":        "opened the marks to the panel",
		"campaign.moderation-closed":     "closed moderation",
		"campaign.interest-declared":     "declared an interest",
		"campaign.interest-judged":       "judged a declared interest",
		"campaign.ranking-stored":        "ranked the candidates",
		"campaign.decided":               "recorded the decision",
		"candidate.identity-read":        "read who a candidate is",
		"candidate.identity-changed":     "entered who a candidate is",
		"candidate.subject-access-made":  "took out a candidate’s own data",
		"candidate.erased":               "erased a candidate’s personal data",
		"candidate.monitoring-asked":     "made the link that asks a candidate for monitoring",
		"candidate.monitoring-answered":  "answered what is asked for monitoring",
		"candidate.monitoring-withdrawn": "took back what was answered for monitoring",
		"candidate.monitoring-given":     "took out what a candidate answered for monitoring",
		"monitoring.imported":            "brought in answers for monitoring",
		"monitoring.read":                "read counts of protected characteristics",
		"reading.sealed":                 "read what had been sealed",
		"sheet.saved":                    "saved a draft of a sheet",
		"sheet.submitted":                "submitted a sheet",
		"sheet.mark-revised":             "changed a mark in moderation",
		"sheet.withdrawn":                "set a sheet aside for an interest",
		"prior.pooled":                   "pooled decided campaigns into a prior",
	}
}

// sealedWords are what a reading was of.
func sealedWords() map[string]string {
	return map[string]string{"marks": "others’ marks", "sift": "others’ marks of the sift", "psychometrics": "psychometric results", "ranking": "the ranking"}
}

// whatHappened is an event in words; its kind where there are none.
func whatHappened(e store.RecordLine) string {
	if what := sealedWords()[e.What]; what != "" {
		return "read " + what
	}
	if words := eventWords()[e.Kind]; words != "" {
		return words
	}
	return e.Kind
}

// aboutWhat names the thing as people know it, as far as the record can.
func aboutWhat(e store.RecordLine) string {
	switch {
	case e.Candidate != "":
		return "Candidate " + e.Candidate + " of " + e.Campaign
	case e.Campaign != "":
		return e.Campaign
	case e.Account != "":
		return "Account " + e.Account
	case e.Framework != "":
		return "Framework " + e.Framework
	}
	return capital(e.ObjectKind) + " " + e.Object.String()[:8] + "…, version " + strconv.Itoa(e.Version)
}

// whoDid is the person of an event.
func whoDid(e store.RecordLine) string {
	switch {
	case e.Name != "":
		return e.Name
	case e.Actor.Valid:
		return "Account " + e.Actor.UUID.String()[:8] + "…"
	}
	return "Without signing in:"
}
