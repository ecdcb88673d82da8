package handlers

import (
	"net/http"

	"appointable/frameworks"
	"appointable/selection"
)

const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	remove = http.MethodDelete

	created   = http.StatusCreated
	noContent = http.StatusNoContent

	trustPath     = "/api/v1/t/{trust}"
	frameworkPath = trustPath + "/frameworks/{code}/{version}"
	campaignPath  = trustPath + "/campaigns/{campaign}"
	sheetPath     = campaignPath + "/sheets/{rater}/{candidate}/{exercise}"
)

// paged are the parameters of every list.
func paged() []parameter {
	return []parameter{
		{name: "after", description: "Where to go on: “next” of the part before."},
		{name: "limit", description: "How many items at most, 1 to 200; 50 by default."},
	}
}

// routes is the API. What only reads is GET, and GET only reads; that it was
// read may go on record.
func (s *Server) routes() []route {
	documents := []string{"application/json", mimeYAML}
	versions := []parameter{
		{name: "from", description: "The older version.", required: true},
		{name: "to", description: "The newer version.", required: true},
	}
	formats := []parameter{{name: "format", description: "json, as it was stored, or csv; json by default."}}
	leaf := []parameter{{name: "leaf", description: "The hash of the leaf, 64 hexadecimal digits, as a receipt holds it.", required: true}}
	log := parameter{name: "log", description: "Which of the trust's logs, by its number; the current one by default."}
	sizes := []parameter{
		{name: "from", description: "The size of the older checkpoint.", required: true},
		{name: "to", description: "The size of the newer checkpoint.", required: true},
		log,
	}
	return []route{
		{method: get, path: "/healthz", public: true, summary: "Say that the program runs", endpoint: gives(s.healthz)},
		{method: get, path: "/readyz", public: true, summary: "Say whether requests can be answered", endpoint: gives(s.readyz)},
		{method: get, path: "/api/v1/openapi.json", public: true, summary: "Describe this API", endpoint: writes(nil, map[string]any{}, s.description)},

		{method: post, path: trustPath + "/session", public: true, summary: "Sign in with a password", endpoint: takes(s.signIn)},
		{method: get, path: trustPath + "/session", summary: "Say who is signed in", endpoint: gives(s.session)},
		{method: remove, path: trustPath + "/session", status: noContent, byHand: true, summary: "Sign out", endpoint: gives(s.signOut)},
		{method: post, path: trustPath + "/session/confirm", status: noContent, byHand: true, summary: "Confirm one's password, for what asks for it", endpoint: takes(s.confirmSession)},
		{method: get, path: trustPath + "/sessions", byHand: true, query: paged(), summary: "List one's own sessions", endpoint: gives(s.sessions)},
		{method: remove, path: trustPath + "/sessions/{session}", status: noContent, byHand: true, summary: "End one of one's own sessions", endpoint: gives(s.endOwnSession)},
		{method: get, path: trustPath + "/tokens", byHand: true, query: paged(), summary: "List one's own API tokens", endpoint: gives(s.apiTokens)},
		{method: post, path: trustPath + "/tokens", stepUp: true, byHand: true, summary: "Make an API token, shown this once", endpoint: takes(s.makeAPIToken)},
		{method: remove, path: trustPath + "/tokens/{token}", status: noContent, byHand: true, summary: "Revoke one of one's own API tokens", endpoint: gives(s.revokeAPIToken)},

		{method: get, path: trustPath + "/people", byHand: true, query: paged(), summary: "List accounts by user name", endpoint: gives(s.people)},
		{method: post, path: trustPath + "/people", stepUp: true, byHand: true, once: true, status: created, summary: "Add an account", endpoint: takes(s.addPerson)},
		{method: post, path: trustPath + "/invitations", stepUp: true, byHand: true, summary: "Invite a person, with a link to set their first password", endpoint: takes(s.invite)},
		{method: put, path: trustPath + "/people/{username}/roles", stepUp: true, byHand: true, summary: "Replace a person's roles in the trust", endpoint: takes(s.setRoles)},
		{method: put, path: trustPath + "/people/{username}/password", stepUp: true, byHand: true, status: noContent, summary: "Set a password and end the person's sessions", endpoint: takes(s.setPassword)},
		{method: post, path: trustPath + "/people/{username}/password-reset", stepUp: true, byHand: true, summary: "Make a link by which a person sets a new password", endpoint: gives(s.makeResetLink)},
		{method: remove, path: trustPath + "/people/{username}/sessions", byHand: true, status: noContent, summary: "End all sessions of a person", endpoint: gives(s.endSessions)},
		{method: post, path: trustPath + "/people/{username}/leave", stepUp: true, byHand: true, status: noContent, summary: "Close the account of somebody who leaves", endpoint: gives(s.leave)},

		{method: get, path: trustPath + "/framework-templates", query: paged(), summary: "List the frameworks to start from", endpoint: gives(s.frameworkTemplates)},
		{method: get, path: trustPath + "/frameworks", query: paged(), summary: "List framework versions by code", endpoint: gives(s.frameworks)},
		{method: post, path: trustPath + "/frameworks", once: true, status: created, accepts: documents, summary: "Create a draft of a framework", endpoint: writes(frameworks.Framework{}, frameworkView{}, s.createFramework)},
		{method: get, path: frameworkPath, produces: documents, summary: "Read a framework version", endpoint: writes(nil, frameworkView{}, s.framework)},
		{method: put, path: frameworkPath, match: true, accepts: documents, summary: "Replace a draft of a framework", endpoint: writes(frameworks.Framework{}, frameworkView{}, s.changeFramework)},
		{method: post, path: frameworkPath + "/publish", match: true, summary: "Publish a draft, for good", endpoint: gives(s.publishFramework)},
		{method: post, path: frameworkPath + "/retire", match: true, summary: "End a version for new campaigns", endpoint: gives(s.retireFramework)},
		{method: get, path: trustPath + "/frameworks/{code}/diff", query: versions, summary: "Tell two versions apart, in sentences", endpoint: gives(s.diffFrameworks)},

		{method: get, path: trustPath + "/frameworks/{code}/priors", query: paged(), summary: "List what was pooled from decided campaigns, newest first", endpoint: gives(s.priors)},
		{method: post, path: trustPath + "/frameworks/{code}/priors", slow: true, summary: "Pool the decided campaigns into a prior for those to come", endpoint: gives(s.poolPriors)},

		{method: get, path: trustPath + "/campaigns", query: paged(), summary: "List the campaigns one may read", endpoint: gives(s.campaigns)},
		{method: post, path: trustPath + "/campaigns", once: true, status: created, summary: "Create a draft of a campaign", endpoint: takes(s.createCampaign)},
		{method: get, path: campaignPath, summary: "Read a campaign, its progress and one's part in it", endpoint: gives(s.campaign)},
		{method: put, path: campaignPath, match: true, summary: "Replace the plan of a draft", endpoint: takes(s.changeCampaign)},
		{method: put, path: campaignPath + "/panel/{rater}", summary: "Say who sits in a panel seat", endpoint: takes(s.fillSeat)},
		{method: post, path: campaignPath + "/panel/{rater}/replacement", stepUp: true, summary: "Replace a member who has left or stood down", endpoint: takes(s.replaceMember)},
		{method: post, path: campaignPath + "/assignments", once: true, status: created, summary: "Say who marks whom", endpoint: takes(s.assignSheets)},
		{method: post, path: campaignPath + "/open-scoring", match: true, summary: "Lock the plan and open scoring, of its sift where it has one", endpoint: gives(s.openScoring)},
		{method: post, path: campaignPath + "/close-scoring", stepUp: true, summary: "Reveal the marks of the stage that is marked before all its sheets are in", endpoint: takes(s.closeScoring)},
		{method: get, path: campaignPath + "/shortlist", query: paged(), summary: "List candidates with their means of the sift and whether they are shortlisted, once the sift is revealed", endpoint: gives(s.shortlist)},
		{method: put, path: campaignPath + "/shortlist", match: true, summary: "Say who is shortlisted after the sift, and why not", endpoint: takes(s.recordShortlist)},
		{method: post, path: campaignPath + "/lock-shortlist", match: true, summary: "Lock the shortlist and open the assessment", endpoint: gives(s.lockShortlist)},
		{method: post, path: campaignPath + "/close-moderation", stepUp: true, match: true, slow: true, summary: "Fix the marks and rank the candidates", endpoint: gives(s.closeModeration)},

		{method: get, path: campaignPath + "/candidates", query: paged(), summary: "List candidates by code", endpoint: gives(s.candidates)},
		{method: post, path: campaignPath + "/candidates", once: true, status: created, summary: "Add candidates to a draft", endpoint: takes(s.addCandidates)},
		{method: put, path: campaignPath + "/candidates/{candidate}", match: true, summary: "Say how far a candidate came; the version is in the list", endpoint: takes(s.changeCandidate)},

		{method: get, path: campaignPath + "/candidates/{candidate}/identity", byHand: true, summary: "Read who a candidate is; the reading goes on record", endpoint: gives(s.identity)},
		{method: put, path: campaignPath + "/candidates/{candidate}/identity", byHand: true, summary: "Enter who a candidate is", endpoint: takes(s.putIdentity)},
		{method: post, path: campaignPath + "/candidates/{candidate}/subject-access", byHand: true, stepUp: true, summary: "Gather a candidate's own data, to be given to them", endpoint: gives(s.subjectAccess)},
		{method: post, path: campaignPath + "/candidates/{candidate}/erase", byHand: true, stepUp: true, summary: "Erase a candidate's personal data, for good", endpoint: takes(s.eraseCandidate)},
		{method: get, path: campaignPath + "/retention", summary: "Say until when personal data are kept", endpoint: gives(s.retention)},
		{method: put, path: campaignPath + "/retention", stepUp: true, summary: "Set until when personal data are kept, or hold them", endpoint: takes(s.setRetention)},
		{method: get, path: trustPath + "/tombstones", summary: "List whose personal data were erased", endpoint: gives(s.tombstones)},

		{method: post, path: campaignPath + "/monitoring", summary: "Enter what candidates said of protected characteristics, to be shown to nobody", endpoint: takes(s.importMonitoring)},
		{method: get, path: campaignPath + "/monitoring", summary: "Count the candidates who were asked of protected characteristics, without small counts", endpoint: gives(s.monitoringProgress)},
		{method: post, path: campaignPath + "/candidates/{candidate}/monitoring-link", summary: "Make the link by which a candidate is asked of protected characteristics", endpoint: gives(s.askMonitoring)},
		{method: post, path: trustPath + "/monitoring/counts", byHand: true, stepUp: true, slow: true, summary: "Read the true counts of decided campaigns by protected characteristic; the reading goes on record", endpoint: takes(s.monitoringCounts)},

		{method: post, path: trustPath + "/fairness", byHand: true, stepUp: true, slow: true, status: created, summary: "Audit the fairness of a campaign, or of those decided in a period; what is read goes on record", endpoint: writes(fairnessRequest{}, selection.FairnessAudit{}, s.auditFairness)},
		{method: get, path: trustPath + "/fairness", query: paged(), summary: "List the audits of fairness, newest first", endpoint: gives(s.fairnessRuns)},
		{method: get, path: trustPath + "/fairness/{run}", query: formats, produces: []string{"application/json", mimeCSV}, summary: "Read an audit of fairness, as it was stored", endpoint: writes(nil, selection.FairnessAudit{}, s.fairnessRun)},
		{method: get, path: campaignPath + "/fairness", query: formats, produces: []string{"application/json", mimeCSV}, summary: "Read the latest audit of fairness of a campaign, as it was stored", endpoint: writes(nil, selection.FairnessAudit{}, s.latestFairness)},

		{method: get, path: campaignPath + "/psychometrics", query: paged(), summary: "List psychometric results, once revealed", endpoint: gives(s.results)},
		{method: post, path: campaignPath + "/psychometrics", once: true, status: created, summary: "Enter psychometric results", endpoint: takes(s.putResults)},

		{method: get, path: campaignPath + "/sheets", query: paged(), summary: "List one's own sheets, and everybody's once their stage is revealed", endpoint: gives(s.sheets)},
		{method: get, path: campaignPath + "/progress", query: paged(), summary: "List which sheets are submitted", endpoint: gives(s.progress)},
		{method: get, path: sheetPath, summary: "Read a sheet", endpoint: gives(s.sheet)},
		{method: put, path: sheetPath, match: true, summary: "Save a draft of one's own sheet", endpoint: takes(s.saveSheet)},
		{method: post, path: sheetPath + "/submit", match: true, once: true, summary: "Submit one's own sheet, with marks or as saved", endpoint: takes(s.submitSheet)},
		{method: post, path: sheetPath + "/revisions", match: true, once: true, status: created, summary: "Change one's own mark in moderation, with a reason", endpoint: takes(s.reviseMark)},

		{method: get, path: campaignPath + "/interests", query: paged(), summary: "List declared interests", endpoint: gives(s.interests)},
		{method: post, path: campaignPath + "/interests", once: true, status: created, summary: "Declare an interest of one's own", endpoint: takes(s.declareInterest)},
		{method: post, path: campaignPath + "/interests/{rater}/{candidate}/judgement", summary: "Judge whether the marks stand", endpoint: takes(s.judgeInterest)},

		{method: get, path: campaignPath + "/ranking", summary: "Read the latest ranking, as it was stored", endpoint: writes(nil, selection.Ranking{}, s.latestRanking)},
		{method: post, path: campaignPath + "/ranking", slow: true, status: created, summary: "Rank the candidates again", endpoint: writes(nil, selection.Ranking{}, s.rank)},
		{method: get, path: campaignPath + "/decision", summary: "Read the decision", endpoint: gives(s.decision)},
		{method: post, path: campaignPath + "/decision", stepUp: true, once: true, status: created, summary: "Record the panel's decision", endpoint: takes(s.decide)},

		{method: post, path: campaignPath + "/export", stepUp: true, slow: true, produces: []string{mimeZip}, summary: "Take a campaign out as a round's files", endpoint: writes(nil, nil, s.exportRound)},
		{method: post, path: campaignPath + "/evidence", byHand: true, stepUp: true, slow: true, produces: []string{mimeZip}, summary: "Take out a campaign's bundle of evidence, which verifies offline", endpoint: writes(nil, nil, s.exportEvidence)},
		{method: post, path: trustPath + "/imports", once: true, slow: true, status: created, limit: importLimit, accepts: []string{mimeZip}, summary: "Bring a round's files in as a campaign", endpoint: writes(nil, importView{}, s.importRound)},

		{method: get, path: trustPath + "/audit-events", query: paged(), summary: "List the record of changes", endpoint: gives(s.auditEvents)},
		{method: get, path: trustPath + "/logs", summary: "List the trust's logs: one, and one more after each restart", endpoint: gives(s.trustLogs)},
		{method: get, path: trustPath + "/log/checkpoint", query: []parameter{log}, produces: []string{mimeText}, summary: "Read the latest signed checkpoint of the log", endpoint: writes(nil, nil, s.logCheckpoint)},
		{method: get, path: trustPath + "/log/inclusion", query: leaf, summary: "Prove that a leaf is in the log", endpoint: gives(s.logInclusion)},
		{method: get, path: trustPath + "/log/consistency", query: sizes, summary: "Prove that the log has only grown", endpoint: gives(s.logConsistency)},
		{method: get, path: trustPath + "/log/entries", query: append(paged(), log), summary: "List the leaves of the signed log", endpoint: gives(s.logEntries)},
	}
}
