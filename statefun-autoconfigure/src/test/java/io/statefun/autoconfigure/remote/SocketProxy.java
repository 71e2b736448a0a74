/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Puts a Unix-domain socket before a server on the loopback, whose ends it passes on. */
final class SocketProxy implements AutoCloseable {

  private static final int BACKLOG = 512;
  private static final int ENDS = 2;

  private final Path file;
  private final ServerSocketChannel listening;
  private final int port;
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<SocketChannel> channels = new CopyOnWriteArrayList<>();

  private SocketProxy(Path file, ServerSocketChannel listening, int port) {
    this.file = file;
    this.listening = listening;
    this.port = port;
  }

  /** Listens at a file, before a port. */
  static SocketProxy start(Path file, int port) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(file), BACKLOG);
    SocketProxy proxy = new SocketProxy(file, listening, port);
    thread(proxy::accept);
    return proxy;
  }

  private static void thread(Runnable action) {
    Thread thread = new Thread(action, "socket-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  /** How many connections there have been. */
  int accepted() {
    return accepted.get();
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel near = listening.accept();
        accepted.incrementAndGet();
        channels.add(near);
        thread(() -> connect(near));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(SocketChannel near) {
    try {
      SocketChannel far =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channels.add(far);
      AtomicInteger ends = new AtomicInteger();
      thread(() -> pass(near, far, ends));
      pass(far, near, ends);
    } catch (IOException e) {
      abort(near);
    }
  }

  private static void pass(SocketChannel from, SocketChannel to, AtomicInteger ends) {
    ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
      to.shutdownOutput();
      if (ends.incrementAndGet() == ENDS) {
        close(from);
        close(to);
      }
    } catch (IOException e) {
      abort(from);
      abort(to);
    }
  }

  private static void abort(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is closed already.
    }
    close(channel);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    channels.forEach(SocketProxy::close);
    Files.deleteIfExists(file);
  }
}
