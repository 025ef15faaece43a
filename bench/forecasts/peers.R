# Forecasts by R's package `forecast` from every origin of the last fifth of series: errors and intervals as CSV on stdout.
# Usage: Rscript peers.R FOLDER NAME:SEASON:HORIZON ...
suppressMessages(library(forecast))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
cat("series,method,mase,interval,coverage\n")
for (case in arguments[-1]) {
  parts <- strsplit(case, ":")[[1]]
  name <- parts[1]
  season <- as.integer(parts[2])
  horizon <- as.integer(parts[3])
  values <- read.csv(file.path(folder, paste0(name, ".csv")))[[2]]
  n <- length(values)
  first <- floor(0.8 * n + 1e-6)
  scale <- mean(abs(diff(values[1:first], lag = season)))
  # Long series keep the parameters of the first fit, as our model keeps its weights.
  refits <- n <= 700
  at <- function(o) ts(values[1:o], frequency = season)
  fixed <- if (refits) NULL else ets(at(first))
  fixedArima <- if (refits) NULL else auto.arima(at(first))
  methods <- list(
    naive = function(y) naive(y, h = horizon, level = 80),
    "seasonal naive" = function(y) snaive(y, h = horizon, level = 80),
    ets = function(y) forecast(if (refits) ets(y) else ets(y, model = fixed), h = horizon, level = 80),
    arima = function(y) forecast(if (refits) auto.arima(y) else Arima(y, model = fixedArima), h = horizon, level = 80),
    theta = function(y) thetaf(y, h = horizon, level = 80)
  )
  for (method in names(methods)) {
    if (method == "arima" && Sys.getenv("ARIMA") == "") next
    errors <- c(); scores <- c(); covered <- c()
    for (o in first:(n - horizon)) {
      f <- methods[[method]](at(o))
      actual <- values[(o + 1):(o + horizon)]
      lower <- as.numeric(f$lower); upper <- as.numeric(f$upper)
      errors <- c(errors, mean(abs(actual - as.numeric(f$mean))))
      scores <- c(scores, mean(upper - lower + 10 * pmax(lower - actual, 0) + 10 * pmax(actual - upper, 0)))
      covered <- c(covered, mean(actual >= lower & actual <= upper))
    }
    cat(sprintf("%s,%s,%.4f,%.6g,%.4f\n", name, method, mean(errors) / scale, mean(scores) / scale, mean(covered)))
  }
}
