"""The English names, codes and sentences that the data bring along, declared for translation.

tools/translations.py takes them into the catalogue. A phrase may have places: `%(why)s` is filled by another phrase,
`%(what)s` by a name, any other by what stands there.
"""

from __future__ import annotations

from typing import Final


def declared(*texts: str) -> tuple[str, ...]:
    """Texts for the catalogue."""
    return texts


NAMES: Final = frozenset(
    declared(
        # imports
        "import", "kind", "source", "file", "state", "rows read", "rows good", "rows bad", "mapping", "encoding",
        "blank rows", "error file", "column", "kept out of analyses", "new customers", "new products",
        "customers given to an owner",
        "new campaigns", "orders", "lines without a customer", "returned lines", "contacts", "held out as control",
        "receipts", "rows that name no invoice", "invoices not known yet",
        "kept", "jobs", "messages", "row", "field",
        "value", "reason", "complaints", "the row",
        # a customer
        "customer", "merged", "source records", "facts", "contact points", "consents", "links", "suppressions",
        "name tokens", "insight", "class moves", "decline reasons", "cause", "note",
        "campaigns", "responses", "public id", "key", "attribute",
        "observed on", "inferred", "granted", "channel", "recorded on", "party", "by", "at", "order", "placed at",
        "business date", "lines", "amount minor", "currency", "store", "campaign", "step", "cell", "address",
        "due at", "contacted at", "error", "detail", "decided at", "role", "reference", "scheme", "from", "to",
        "on", "rule", "inputs", "as of", "why", "assignments", "owner", "handovers", "before",
        "interactions", "interaction", "direction", "employee", "summary", "outcome", "feedback", "answered on",
        "opportunities", "opportunity", "opened on", "closed on", "expected amount minor", "invoices", "invoice",
        "issued on", "due on", "receipt", "received on", "paid", "costs",
        # measures of a customer that the library has no label for
        "recent sales", "earlier sales", "sales change", "sales decile", "profit decile", "bill band", "p alive",
        "expected purchases", "expected spend", "lifetime value", "cost to serve", "contribution", "value layer",
        "potential layer", "tier", "tier rule", "tier since",
        # jobs and the installation
        "id", "done units", "total units", "attempts", "audit chain", "stuck jobs",
        # settings
        "contact policy", "insight assumptions", "universal holdout",
        "class thresholds", "need rules", "rules", "bill bands", "top layer", "growth layer", "high potential layer",
        "max contacts", "window days", "min gap days", "quiet from", "quiet until", "consent required",
        "margin rate", "cost to serve per order", "horizon days",
        "discount rate year", "trend days", "salt",
        # webhooks and clicks
        "type", "events", "waiting", "failures", "last attempt at", "created at", "status", "ms", "clicks", "link",
        "first at", "last at", "count", "letters delivered", "followed a link", "share of delivered",
        "first followed", "times",
        # the audit
        "did", "email", "is active", "scopes", "expires at", "last used on", "revoked at",
        # insight
        "customers", "window", "sales", "profit", "sales without a customer", "moves between tiers",
        "lifetime model", "decile", "share", "cumulative", "profit share", "slice", "share of customers", "amount",
        "band", "layer", "share of value", "name", "goal", "purchases", "spend", "repeat buyers", "horizon",
        "margin after cost to serve", "model", "purchases predicted", "mean absolute error", "predicted", "actual",
        "of whom bought",
        # people
        "e-mail", "role", "department or team", "last signed in", "may sign in",
        # campaigns and results
        "to whom", "what", "when", "by which means", "is the effect assured", "reach", "universal hold-out",
        "suppressed", "cancelled", "cells", "languages", "control", "cost", "expected margin", "expected profit",
        "expected effect per customer", "smallest effect it can show", "proposed control share", "members",
        "responses recorded", "still waiting", "until", "verdict", "analysis", "lesson", "incremental response rate",
        "incremental responses", "incremental margin per customer", "incremental margin", "incremental profit",
        "return on investment", "break-even response rate", "break-even effect per customer", "tier", "week",
        "value tier", "held out", "offer", "treated", "margin per customer", "p (Holm)", "customers contacted",
        "not compared", "taken together",
        "new customers among them", "cost per new customer",
        "customers who responded", "response rate", "their sales", "their margin",
        "redemptions", "caused",
    )
)  # fmt: skip

CODES: Final = frozenset(
    declared(
        # why a lifetime model was given up
        "few repeat buyers", "drop out not identified", "no drop out", "not converged", "infinite mean spend",
        # whether customers have changed since a model was fitted
        "stable", "watch", "refit", "other",
        # whether a campaign moves some more than others, and what became of commission
        "usable heterogeneity", "no usable heterogeneity", "commission rose, profit did not", "in order",
        "nothing before",
        # what sets a group apart, which needs are inferred, which channel is best, when customers use what
        "over", "under", "firm", "weak", "none", "none pays", "not reachable", "workday", "weekend", "morning", "noon",
        "afternoon", "evening", "night", "any", "referred", "retained",
        # who leads an analysis
        "marketing", "service", "sales",
        # states of imports, jobs, campaigns, dispatches and contacts
        "working", "published", "undoing", "undone", "failed", "waiting", "running", "done", "cancelled", "planned",
        "launching", "paused", "stopped", "imported", "closed", "delivered", "preparing", "finished", "claimed",
        "handed_over", "resumed", "started", "unknown",
        # members, and why they were held back
        "target", "control", "holdout", "suppressed", "consent", "address", "gap", "cap", "merged",
        # and why their messages were cancelled
        "import undone", "dispatch stopped",
        # who begins a campaign, whether it can be answered at once, and what counts as a response
        "outbound", "inbound", "passive", "interactive", "order", "recorded",
        # strategies of communication
        "traditional", "informational", "differentiated", "relationship",
        # verdicts and goals
        "gain", "loss", "cannot tell", "acquisition", "loyalty", "share_of_customer", "return",
        # what the audit says was done, and to what
        "set", "created", "refreshed", "prepared", "launched", "measured", "merged", "unmerged", "setting", "user",
        "campaign", "customer", "insight", "dispatch", "exported", "table", "saved view", "renamed", "shared",
        "kept to oneself", "restored", "customer export", "list",
        "changed", "removed", "assigned", "revealed", "set the password of", "unit",
        # how webhooks are doing, why a call failed, and what was done with them
        "active", "failing", "switched off", "pending", "given_up", "not allowed", "name unknown", "no connection",
        "not trusted", "too slow", "too large", "no web server", "redirects", "added", "removed", "switched on",
        "tested", "redelivered", "unsubscribed", "webhook", "unsubscribe",
        # kinds
        "customers", "products", "orders", "contacts", "responses", "import", "undo import", "insight refresh",
        "interactions", "opportunities", "invoices", "receipts", "costs",
        # interactions, opportunities and costs
        "in", "out", "praise", "complaint", "suggestion", "won", "lost", "service", "contact", "delivery", "discount",
        "campaign launch", "campaign results", "campaign estimate", "campaign plan", "trial letter",
        "webhook notice", "draft", "begun", "discarded", "tried", "person", "organisation", "household", "email",
        "mobile", "sms", "mail", "MVC", "MGC", "(unknown)", "total", "MIGRATOR", "BZ",
        # why a customer declines
        "product or service", "competitor's offer", "own circumstances", "not coded", "coded", "decline",
        "class scheme", "scoring table", "table export", "indicator names",
        # tokens, and what they may do
        "token", "revoked", "valid", "expired",
        "see customers", "see addresses", "see insight", "refresh insight", "keep analyses", "see campaigns", "run campaigns",
        "see imports", "see jobs", "cancel jobs", "see audit", "see settings", "change settings", "manage people",
        "assign customers",
    )
)  # fmt: skip

LOOKED_UP: Final = declared(
    # what the rooms keep as data and translate when they say it
    "a Parquet file", "a ZIP archive or an Excel workbook", "an old Excel workbook", "a gzip archive", "a PDF",
    "a SQLite database", "a picture", "an HTML page",
    "a short name for commands, such as spring-coupon",
    "what people call it",
    "one of acquisition, loyalty, share_of_customer, return (CAMP-01 to CAMP-04)",
    "to whom: a condition over indicators, classes, facts and consent",
    "what is offered",
    "by which means: email",
    "when it goes out, such as 2026-12-01T09:00:00",
    "what it may cost, in whole money",
    "what share of those contacted should respond, such as 0.05",
    "what one response should earn, in whole money",
    "what is said: one [[cells]] each with code, subject and body",
)  # fmt: skip

PHRASES: Final = declared(
    # why a customer is likely to leave
    "%(feature)s is unknown, which raises the chance of leaving.",
    "%(feature)s is unknown, which lowers the chance of leaving.",
    "%(feature)s is %(value)s, above the usual %(typical)s, which raises the chance of leaving.",
    "%(feature)s is %(value)s, above the usual %(typical)s, which lowers the chance of leaving.",
    "%(feature)s is %(value)s, below the usual %(typical)s, which raises the chance of leaving.",
    "%(feature)s is %(value)s, below the usual %(typical)s, which lowers the chance of leaving.",
    "%(feature)s is %(value)s, which raises the chance of leaving.",
    "%(feature)s is %(value)s, which lowers the chance of leaving.",
    # the wrong use of a command
    "Missing argument '%(name)s'.",
    "Missing option '%(name)s'.",
    "No such option: %(name)s (Possible options: %(options)s)",
    "No such option: %(name)s",
    "%(said)s. Did you mean %(guess)s?",
    "Got unexpected extra argument(s) (%(words)s)",
    "Option '%(name)s' requires an argument.",
    "Invalid value for '%(name)s': %(why)s",
    "Invalid value: %(why)s",
    "Value error, %(why)s",
    "Input should be less than or equal to %(limit)s",
    "Input should be greater than or equal to %(limit)s",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be %(choices)s",
    "'%(value)s' is not one of %(choices)s.",
    "'%(value)s' is not a valid int.",
    "'%(value)s' is not a valid integer.",
    "Value '%(value)s' is not a valid int.",
    "Value '%(value)s' is not a valid integer.",
    "%(value)s is not in the range %(range)s.",
    # steps of jobs
    "starting", "classes", "copied", "deciding about customers", "drawing the audience", "finishing", "hiding",
    "indicators", "keeping the result", "lifetime value", "measuring", "publishing moves", "publishing", "reading",
    "removing later moves", "removing old figures", "staged", "staging", "loading", "trend",
    "waiting for another copy", "writing the copy", "writing the file", "deliver",
    "bringing back %(what)s", "checking later %(what)s", "copying %(what)s", "keeping %(what)s", "removing %(what)s",
    "giving customers back",
    # what a record says of who did it and why
    "%(name)s (command line)",
    "%(name)s (API token %(number)s)",
    "command line", "system",
    "customer",
    "merged by hand",
    "same e-mail address",
    "no consent to %(what)s on record",
    "refused on %(day)s (%(source)s)",
    "no address for %(what)s on record",
    "contact on %(time)s UTC by campaign %(campaign)s, gap %(days)s days",
    "%(number)s contacts within %(days)s days",
    "dispatch stopped",
    "import undone: the import that brought the address was undone",
    "withdrawn",
    "whole",
    # why a column says who somebody is
    "e-mail addresses", "phone numbers", "numbers of documents or accounts", "its name",
    "nearly every customer has another value",
    # complaints about the cells of a file
    "is missing, and there is no unit price either",
    "is missing",
    "holds a NUL byte",
    "is longer than %(number)s characters",
    "occurs already in row %(row)s, which was taken",
    "has %(found)s cells, the header has %(expected)s",
    "is not a JSON object",
    "has a list or an object where one value belongs",
    "is not a number (write 1234.50 or 1,234.50; for 1.234,50 say --decimal ,)",
    "is not a number (write 1234.50 or 1,234.50)",
    "is not a number (write 1234,50 or 1.234,50)",
    "is not a finite number",
    "is too large an amount",
    "is not a date (2026-11-21 or 2026-11-21 14:30:00; other shapes need a date format)",
    "is not a date (%(shape)s)",
    "is a date outside 1900 to 2199",
    "lies in the future",
    "is neither yes nor no (write yes, no, true, false, 1 or 0)",
    "is what several colleagues are called (write the e-mail address)",
    "is nobody who looks after customers (write the e-mail address or name of a salesperson, sales manager or service "
    "agent under People, or leave it empty)",
    "is not an e-mail address",
    "is not a phone number",
    "is not %(currency)s, the currency this installation sums in (GUANXI_CURRENCY)",
    "times the quantity is too large an amount",
    "is too large a quantity",
    "is not the only customer of this order",
    "is neither in nor out",
    "is not praise, complaint or suggestion",
    "lies before the day of the interaction",
    "is not won, lost or open",
    "lies before the day on which it was opened",
    "is missing, though it was won or lost",
    "does not say whether it was won or lost, though it was closed",
    "is not above zero",
    "lies before the day on which the invoice was issued",
    "is not the only customer of this receipt",
    "is not the only day of this receipt",
    "lies before the first day to measure",
    "is below zero",
    "names a cell though the row is marked as control",
    "says control though the row is marked as contacted",
    # why a result says what it says
    "The interval lies on one side of zero.",
    "Nobody was held out, so no incremental claim can be made; the figures are attributed.",
    "Nobody was assigned to be treated.",
    "Fewer than two customers were assigned to be treated.",
    "Fewer than two customers were held out.",
    "Every treated customer has the same margin, so chance cannot be weighed.",
    "Every held-out customer has the same margin, so chance cannot be weighed.",
    "The interval covers zero: the difference may be chance.",
    "Margin rose, but the interval of profit after cost covers zero.",
    "Even the upper limit of the incremental margin does not repay the cost.",
    # what the lifetime model found
    "The NBD without drop-out is used in place of %(model)s (%(codes)s): nobody counts as lost, and silence lowers a "
    "customer's rate only.",
    "Every customer is given the mean spend of all repeat purchases in place of Gamma-Gamma (%(codes)s).",
    "Only %(repeat)s of %(customers)s customers bought on more than one day; telling drop-out from slow buying takes "
    "at least %(enough)s.",
    "Only %(repeat)s customers have a repeat purchase.",
    "%(share)s of the customers have their first purchase in the first %(days)s days of the data: they bought before, "
    "so their histories are cut off at the start; their age and first purchase are not known. Rates are still usable; "
    "drop-out and what a new customer will buy cannot be read from these parameters.",
    "The %(top)s most frequent buyers make %(share)s of all repeat purchases: look for resellers, shared cards or test "
    "accounts; a gamma of rates underrates such a tail.",
    "No drop-out is seen: letting customers leave raises the log-likelihood by %(gain)s only (below %(limit)s). Buyers "
    "who are silent are as silent as their own rate explains.",
    "Drop-out is not identified: %(found)s, a mean of %(mean)s per purchase. How customers differ in leaving cannot be "
    "read from the data.",
    "Drop-out is not identified: %(found)s, a mean of %(mean)s per unit of time. How customers differ in leaving "
    "cannot be read from the data.",
    "No model can be used as it is; the NBD stands in.",
    "%(model)s is the only model that can be used.",
    "%(model)s has the least squared error, %(gain)s (s.e. %(error)s) below %(other)s.",
    "%(model)s is chosen: its squared error is %(gain)s (s.e. %(error)s) below that of %(other)s.",
    "%(model)s is kept: the squared error is %(gain)s (s.e. %(error)s) above that of %(other)s, which may be chance.",
    "How customers differ in buying cannot be read: r = %(r)s, alpha = %(alpha)s. Only the mean rate r / alpha means "
    "something.",
    "How customers differ in buying cannot be read: r = %(r)s, alpha = %(alpha)s. Everybody was acquired on the last "
    "day observed, so even the mean rate is not known.",
    "q = %(q)s is not above 1: spend differs so much between customers that its mean over customers is infinite, and "
    "Gamma-Gamma's expected spend is not defined.",
    "q = %(q)s is not above 2: the variance of spend between customers is infinite; a few customers drive every "
    "average.",
    "Mean spend and number of purchases correlate by %(correlation)s; Gamma-Gamma takes them as independent, so values "
    "of frequent buyers are off in that direction.",
    "The likelihood has no highest point within bounds: the climb ended at %(values)s.",
    "pooled mean spend",
    # how a measure is defined
    "share",
    "number of orders with at least one line that is not a return",
    "count",
    "from since to as_of, both days included",
    "never null",
    "sum of amount, returns netted",
    "minor units",
    "sum of (amount - cost), returns netted; amount x the assumed rate where the cost is unknown",
    "profit_amount / sales_amount",
    "null when sales_amount is 0",
    "sales_amount / transaction_count (sales net of returns)",
    "null without a valid transaction",
    "largest sum of the lines not returned over one order",
    "minus the sum of amount over returned lines",
    "number of orders with at least one returned line",
    "as_of - first_day",
    "days",
    "from since to as_of, both days included; leave since out, or the first day is only the first in the window",
    "(last_day - first_day) / (transaction_count - 1), the mean interval of successive ones",
    "null with fewer than 2 valid transactions",
    "as_of - last_day",
    "number of different known products among lines not returned",
    "sum of discount over lines not returned",
    "sum of amount over the last trend_days",
    "the last trend_days up to as_of",
    "null before any sale",
    "sum of amount over the trend_days before those",
    "the trend_days before the last ones",
    "recent_sales / earlier_sales - 1",
    "the two windows of trend_days up to as_of",
    "null where nothing was bought earlier",
    "which tenth of the customers, the highest sales_amount first",
    "which tenth of the customers, the highest profit_amount first",
    "number of the band that holds average_transaction_amount",
    "BG/NBD probability that the customer still buys (Fader, Hardie, Lee 2005)",
    "all purchases up to as_of",
    "null before the first repeat purchase of the base",
    "BG/NBD conditional expectation of purchase days within horizon_days",
    "horizon_days after as_of",
    "Gamma-Gamma expectation of the spend of a purchase day",
    "discounted expected_purchases x expected_spend x margin after cost to serve",
    "(transaction_count + return_count) x cost_to_serve_per_order",
    "profit_amount - cost_to_serve",
    "which fifth of the customers, the highest lifetime_value first",
    "which fifth of the customers, the highest sales_change first (stands in for strategic value)",
    "null when sales_change is null",
    # the indicators of the library
    "all billed - all received; below 0 where paid ahead",
    "amount of lines not returned with unknown cost / amount of lines not returned",
    "amount of returned lines / amount of lines not returned",
    "as of as_of",
    "category_spend - sales_amount",
    "channel of most transactions, the first by name of equals",
    "complaint_count / feedback_count (praise, complaints and suggestions together)",
    "day of the latest interaction",
    "day of the latest order",
    "discount / (amount + discount) over lines not returned",
    "earliest day of a line not returned",
    "every day from since (or the first invoice) to as_of",
    "every day from since to as_of on which something had been billed",
    "from since to as_of",
    "from since to as_of, and the same dates a year before",
    "hour of most transactions with a known hour, the earlier of equals",
    "interactions that the customer began",
    "interactions with a complaint",
    "interactions with a suggestion",
    "interactions with praise",
    "interactions with praise, complaint or suggestion",
    "largest receipt",
    "last transaction + mean interval",
    "mean days from invoice (or due) day to receipt, each unit of money once; part payments count by their amounts, "
    "as allocated or else the oldest invoice first",
    "mean over the days of max(billed so far - received so far, 0) at the end of the day",
    "mean over the same days of the balance of ANA-15 / billed so far, where something was billed",
    "money received from since to as_of",
    "null where any of them is unknown",
    "null where category_spend is unknown, not above 0, or below our own sales",
    "null where either is unknown",
    "null where no channel is known",
    "null where no hour is known",
    "null where no money of the window paid an invoice",
    "null where no product is known",
    "null where nothing was sold",
    "null where nothing was sold last year",
    "null where share_of_customer is",
    "null where the table was not given",
    "null with fewer than 3 valid transactions",
    "null without a receipt",
    "null without an interaction",
    "null without an invoice up to as_of, or without a table of invoices",
    "null without feedback",
    "number of different known channels",
    "number of interactions",
    "number of intervals between successive transactions",
    "number of known products with more pieces bought than returned",
    "number of processes begun",
    "number of receipts",
    "number of tasks set",
    "number of valid transactions",
    "one period for both amounts",
    "opportunities opened up to as_of and not closed by then",
    "praise_count / feedback_count (praise, complaints and suggestions together)",
    "product in most transactions, the lowest number of equals",
    "profit_amount - cost_to_serve - acquisition_cost",
    "received_amount / receipt_count",
    "sales_amount / category_spend (declared or estimated)",
    "share of transactions on usual_weekday",
    "share of transactions with a known channel in usual_channel",
    "standard deviation of those intervals (n - 1)",
    "suggestion_count / feedback_count (praise, complaints and suggestions together)",
    "sum of costs of any other kind",
    "sum of costs of kind contact",
    "sum of costs of kind delivery",
    "sum of costs of kind discount",
    "sum of costs of kind service",
    "sum of expected_amount over open opportunities",
    "sum of receipts",
    "sum of the five kinds",
    "the same dates a year before",
    "the window of profit_amount",
    "this_year_count / last_year_count - 1",
    "this_year_sales - last_year_sales",
    "this_year_sales / last_year_sales - 1",
    "weekday (1 Monday to 7 Sunday) of most transactions, the earlier of equals",
    # whom a plan speaks of
    "Consent to %(what)s",
    # what decided about a customer's tier
    "value layer %(value)s",
    "potential layer %(value)s",
    "contribution %(value)s",
)  # fmt: skip
