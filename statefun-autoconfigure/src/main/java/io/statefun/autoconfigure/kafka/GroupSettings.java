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
 * @param standbyCopies how many other processes keep a copy of each partition
 */
record GroupSettings(
    String groupId,
    String internalTopic,
    short replicationFactor,
    String memberId,
    Duration sessionTimeout,
    Duration transactionTimeout,
    int standbyCopies) {

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);

  /** A partition that goes elsewhere waits until its old and its new node have heard of it. */
  private static final Duration LONGEST_HEARTBEAT = Duration.ofMillis(500);

  /** For which the thread that polls may be kept from it, as by a commit that it waits for. */
  Duration longestPause() {
    Duration sessions = sessionTimeout.multipliedBy(3).dividedBy(2);
    return sessions.compareTo(SHORTEST_PAUSE) > 0 ? sessions : SHORTEST_PAUSE;
  }

  /** What the transactional ids of the process begin with. */
  String transactionalId() {
    return transactionalId(memberId);
  }

  /** The same of another process. */
  String transactionalId(String member) {
    return groupId + "-" + member;
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
    membership.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 2 * (int) longestPause().toMillis());
    // The answers tell that others have come or gone, so that a long session must not make it rare.
    membership.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        (int) Math.min(sessionTimeout.toMillis() / 4, LONGEST_HEARTBEAT.toMillis()));
    return membership;
  }
}
