/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.test.CrashableApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopCrashTest {

  private static final int ORDERS = 5_000;

  @TempDir Path folder;

  // tag::crash[]
  @Test
  void eachOrderHasOneReceiptWhateverIsKilled() throws Exception {
    try (CrashableApplication shop =
        CrashableApplication.of(ShopApplication.class)
            .directory(folder)
            .arguments("--spring.application.name=shop", "--statefun.egress.events=shop/reports")
            .arguments("--shop.orders=" + orders(), "--shop.receipts=" + receipts())
            .readyWhenPrinted("Started ShopApplication")
            .timeout(Duration.ofMinutes(3))
            .start()) {
      awaitReceipts(1);
      shop.restart(); // kills it first, as kill -9 does
      awaitReceipts(ORDERS / 2);
      shop.restart();
      awaitReceipts(ORDERS);
    }
    assertThat(receiptedOrders()).doesNotHaveDuplicates().hasSize(ORDERS);
  }

  // end::crash[]

  private Path orders() throws IOException {
    List<String> lines =
        IntStream.range(0, ORDERS).mapToObj(order -> "o" + order + ";ann;book").toList();
    return Files.write(folder.resolve("orders"), lines);
  }

  private Path receipts() {
    return folder.resolve("receipts");
  }

  private void awaitReceipts(int count) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(receipts()) && receiptFiles().size() >= count);
  }

  private List<Path> receiptFiles() throws IOException {
    try (Stream<Path> files = Files.list(receipts())) {
      return files.toList();
    }
  }

  private List<String> receiptedOrders() throws IOException {
    List<String> contents = new ArrayList<>();
    for (Path file : receiptFiles()) {
      contents.add(Files.readString(file));
    }
    return contents;
  }
}
