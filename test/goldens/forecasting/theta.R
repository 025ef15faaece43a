# The theta forecasts of theta.json: Rscript theta.R > theta.json, with R's package `forecast`.
suppressMessages(library(forecast))
cases <- list(AirPassengers = list(AirPassengers, 100), Nile = list(Nile, 100), UKgas = list(UKgas, 100), nhtemp = list(nhtemp, 60))
numbers <- function(x) paste(format(as.numeric(x), digits = 12), collapse = ", ")
lines <- sapply(names(cases), function(name) {
  x <- cases[[name]][[1]]
  n <- cases[[name]][[2]]
  f <- thetaf(ts(x[1:n], frequency = frequency(x)), h = 8)
  sprintf('    "%s": { "period": %d, "values": [%s], "mean": [%s] }', name, frequency(x), numbers(x[1:n]), numbers(f$mean))
})
cat(sprintf('{\n  "by": "%s, forecast %s",\n  "cases": {\n%s\n  }\n}\n', R.version.string, packageVersion("forecast"), paste(lines, collapse = ",\n")))
