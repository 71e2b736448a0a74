/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;

/**
 * Under which names and times this process takes part.
 *
 * @param groupId the consumer group
 * @param internalTopic the topic whose partitions stand for the application's
 * @param replicationFactor with how many replicas it is made, -1 for the brokers' default
 * @param memberId identifies the process, also after a restart
 * @param sessionTimeout after which the process is taken for dead
 * @param transactionTimeout after which its transactions are given up
 */
record GroupSettings(
    String groupId,
    String internalTopic,
    short replicationFactor,
    String memberId,
    Duration sessionTimeout,
    Duration transactionTimeout) {

  /** For which the thread that polls may be kept from it, as by a question to the brokers. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** What the transactional ids of the process begin with. */
  String transactionalId() {
    return groupId + "-" + memberId;
  }

  /** The consumer's settings. */
  Map<String, Object> membership() {
    Map<String, Object> membership = new HashMap<>();
    // The group's leader assigns, which the newer protocol leaves to the brokers.
    membership.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name());
    membership.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    membership.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, memberId);
    membership.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) sessionTimeout.toMillis());
    // How long a rebalance waits for a member, which is not to be for minutes: each asks for new
    // records all the time, whatever else it does.
    membership.put(
        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
        (int) Math.max(LONGEST_PAUSE.toMillis(), 3 * sessionTimeout.toMillis()));
    membership.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) (sessionTimeout.toMillis() / 4));
    return membership;
  }
}
