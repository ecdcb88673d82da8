# Reference values for noncentral.go, made by R's pt and, for the inversion, uniroot on it:
#   Rscript noncentral_t.R > noncentral_t.csv
# R's pt is Lenth's AS 243 (ncp to 37.62 only), so nothing beyond is asked of it here.
cat("t,df,ncp,cdf\n")
for (df in c(1, 2, 3.5, 8, 13, 58, 395, 4800))
  for (ncp in c(-6, -2.5, -.3, 0, .7, 3, 12, 30))
    for (off in c(-3, -1, 0, .5, 2.5)) {
      t <- ncp + off
      cat(sprintf("%.17g,%.17g,%.17g,%.17g\n", t, df, ncp, suppressWarnings(pt(t, df, ncp))))
    }
