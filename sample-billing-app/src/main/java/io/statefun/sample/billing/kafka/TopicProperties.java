/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The sample's topics, which are made if they are not there.
 *
 * @param userChanges gets the change events of the user table
 * @param paymentRequests takes requests to the provider
 * @param providerAnswers takes the provider's answers
 * @param partitions how many partitions a topic has that is made
 */
@Validated
@ConfigurationProperties("billing.topics")
record TopicProperties(
    String userChanges, String paymentRequests, String providerAnswers, @Min(1) int partitions) {}
