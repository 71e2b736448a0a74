/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

// tag::ingress[]
/** Orders from a file, one a line: {@code order;customer;item}. */
final class LinesIngress implements Ingress {

  private final List<String> lines;
  private final MessageTypes types;

  LinesIngress(Path file, MessageTypes types) throws IOException {
    this.lines = Files.readAllLines(file);
    this.types = types;
  }

  @Override
  public TypeName name() {
    return TypeName.of("shop", "order-lines");
  }

  @Override
  public List<Split> splits() {
    return List.of(new Lines());
  }

  private final class Lines implements Split {

    private int next;

    @Override
    public String id() {
      return "all";
    }

    @Override
    public void open(byte @Nullable [] position, Runnable wakeUp) {
      next = position == null ? 0 : ByteBuffer.wrap(position).getInt();
    }

    @Override
    public boolean poll(Collector out) {
      if (next == lines.size()) {
        return false;
      }
      String line = lines.get(next++);
      String[] parts = line.split(";");
      if (parts.length == 3) {
        OrderPlaced placed = new OrderPlaced(parts[1], parts[2]);
        out.send(Address.of("shop/order", parts[0]), types.wrap(placed));
      } else {
        out.reject("orders:" + next, types.wrap(line), new IOException("Not three parts"));
      }
      return true;
    }

    @Override
    public byte[] position() {
      return ByteBuffer.allocate(4).putInt(next).array();
    }
  }
}
// end::ingress[]
