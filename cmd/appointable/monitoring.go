package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/round"
	"appointable/internal/store"
)

func newImportMonitoring(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use:   "import-monitoring CAMPAIGN FILE --trust TRUST",
		Short: "Store what candidates said of their protected characteristics",
		Long: "FILE is a monitoring.csv: candidate, then a column for each characteristic. What it says\n" +
			"goes into the monitoring vault and is not shown again. An empty cell leaves what is stored;\n" +
			"whoever has answered by a link of their own, or taken their answers back, is passed over.",
		Args: exactly("CAMPAIGN", "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			m, notices, err := round.ReadMonitoring(cmd.Context(), args[1])
			tell(term, notices)
			if err != nil {
				return err
			}
			return inVault(cmd.Context(), trust, func(vault *store.Vault, who store.Actor) error {
				received, err := vault.Import(cmd.Context(), who, args[0], m.Rows)
				if err != nil {
					return m.Locate(err)
				}
				_, err = fmt.Fprintf(term.out, "%s: %d answers of %d candidates received\n", args[0], received.Answers, received.Candidates)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}
