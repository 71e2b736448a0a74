/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.sample.billing.changes.InputFile;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The sample's configuration.
 *
 * @param directory where the sample keeps its files: input and the provider's ledger
 * @param period how long a billing period is
 * @param periodsLimit how many periods of each user are billed
 * @param declineRate which part of the attempts the provider declines, from 0 to 0.95
 * @param answerDelay how long the provider takes for an answer, on average
 * @param maxAttempts how often a payment is asked for before it is given up
 * @param retryBackoff the pause before the second attempt; each further one is twice as long, up to
 *     sixteen times this
 * @param readFile whether change events are read from a file
 * @param inputFile the file to read; the bundled one if it is not set
 * @param users how many users of the bundled file are billed; more than it has are generated
 * @param seed another seed, other decisions of the provider
 * @param crashEvery how long the process lives, on average, before it halts without warning; never
 *     if it is not set
 * @param injectDuplicate whether one payment is asked for twice, to see it found
 * @param injectUnknown whether one payment is answered that nobody asked for, to see it found
 * @param progressInterval how often progress is logged
 * @param payments where the payment function runs: here, or in JavaScript behind the endpoint of
 *     the profile {@code javascript}
 */
@Validated
@ConfigurationProperties("billing")
public record BillingProperties(
    @DefaultValue("billing-data") Path directory,
    @DefaultValue("10s") @DurationMin(millis = 100) Duration period,
    @DefaultValue("3") @Min(1) int periodsLimit,
    @DefaultValue("0.15") @DecimalMin("0") @DecimalMax("0.95") double declineRate,
    @DefaultValue("500ms") @DurationMin(millis = 0) Duration answerDelay,
    @DefaultValue("20") @Min(1) int maxAttempts,
    @DefaultValue("500ms") @DurationMin(millis = 1) Duration retryBackoff,
    @DefaultValue("true") boolean readFile,
    @Nullable Path inputFile,
    @DefaultValue("10000") @Min(1) int users,
    @DefaultValue("7") long seed,
    @DurationMin(millis = 100) @Nullable Duration crashEvery,
    @DefaultValue("false") boolean injectDuplicate,
    @DefaultValue("false") boolean injectUnknown,
    @DefaultValue("5s") @DurationMin(millis = 100) Duration progressInterval,
    @DefaultValue("java") Payments payments) {

  /** Where the payment function runs. */
  public enum Payments {
    /** In the application. */
    JAVA,
    /** Elsewhere, in JavaScript. */
    JAVASCRIPT
  }

  /** The provider's ledger. */
  public Path ledgerFile() {
    return directory.resolve("provider").resolve("ledger.log");
  }

  /** The file of change events, which is laid out if none is named. */
  public Path changeFile() {
    return inputFile == null ? InputFile.prepare(directory.resolve("input"), users) : inputFile;
  }
}
