package handlers

import "appointable/selection"

type interestRequest struct {
	Candidate string                   `json:"candidate" validate:"required,max=64"`
	Nature    selection.InterestNature `json:"nature" validate:"required"`
	Details   string                   `json:"details" validate:"required,max=4000"`
}

type judgementRequest struct {
	Outcome selection.InterestOutcome `json:"outcome" validate:"required"`
	Reason  string                    `json:"reason" validate:"required,max=4000"`
}

func (s *Server) interests(c *call) (list[selection.Interest], error) {
	at, err := c.cursor(2)
	if err != nil {
		return list[selection.Interest]{}, err
	}
	all, err := s.db.Interests(c.ctx(), c.who, c.param("campaign"))
	return partOf(at, all, func(i selection.Interest) []string { return []string{i.Rater, i.Candidate} }), err
}

func (s *Server) declareInterest(c *call, in interestRequest) (selection.Interest, error) {
	return s.db.DeclareInterest(c.ctx(), c.who, c.param("campaign"), c.key(), selection.Interest{
		Candidate: in.Candidate, Nature: in.Nature, Details: in.Details,
	})
}

func (s *Server) judgeInterest(c *call, in judgementRequest) (selection.Interest, error) {
	return s.db.JudgeInterest(c.ctx(), c.who, c.param("campaign"), c.param("rater"), c.param("candidate"), in.Outcome, in.Reason)
}
