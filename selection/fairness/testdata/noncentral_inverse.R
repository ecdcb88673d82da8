# Reference values for noncentral.go: Rscript noncentral_inverse.R > noncentral_inverse.csv
cat("t,df,p,ncp\n")
for (df in c(2, 8, 13, 58, 395, 4800))
  for (t in c(-9, -2.3477, -.4, 0, 1.1, 3.2, 18))
    for (p in c(.975, .5, .025)) {
      f <- function(d) suppressWarnings(pt(t, df, d)) - p
      cat(sprintf("%.17g,%.17g,%.17g,%.17g\n", t, df, p, uniroot(f, c(-37, 37), tol = 1e-13, maxiter = 10000)$root))
    }
