/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A small program that {@link CellFunction} runs in one invocation: the workload of the simulation
 * and of the tests on real components.
 *
 * @param id unique in a run, 0 for what was sent by another program
 * @param sender who sent it, empty if it came from an ingress
 * @param sequence which message of that sender to that receiver it is, from 1 on
 * @param steps what to do, in order
 */
record Program(long id, String sender, long sequence, List<Step> steps) {

  static final MessageType<Program> TYPE = new Type();

  static Program of(long id, List<Step> steps) {
    return new Program(id, "", 0, steps);
  }

  /** What a step does. */
  enum Op {
    /** Expects the register to hold {@code a}, or nothing if it is -1. */
    CHECK,
    /** Sets the register to {@code a}. */
    SET,
    /** Empties the register. */
    CLEAR,
    /** Adds {@code a} to the sum. */
    ADD,
    /** Appends {@code a} to the list. */
    APPEND,
    /** Removes the first entry of the list. */
    REMOVE_FIRST,
    /** Empties the list. */
    CLEAR_LIST,
    /** Puts {@code a} to {@code b} in the map. */
    PUT,
    /** Removes {@code a} from the map. */
    REMOVE,
    /** Empties the map. */
    CLEAR_MAP,
    /** Sends the nested steps to {@code target}. */
    SEND,
    /** Sends the nested steps to {@code a} cells. */
    FAN_OUT,
    /** Sends the nested steps to {@code target} after {@code a} milliseconds. */
    DELAY,
    /** The same under the token {@code b}. */
    DELAY_CANCELLABLY,
    /** Cancels the token {@code b}. */
    CANCEL,
    /** Sets the reminder {@code b}, due in {@code a} milliseconds. */
    REMIND,
    /** Cancels the reminder {@code b}. */
    FORGET,
    /** Gives {@code a} to the egress. */
    EMIT,
    /** Begins an asynchronous operation that adds {@code a} to the sum when it succeeds. */
    ASYNC,
    /** Throws, the first {@code a} times that the program is run. */
    FAIL,
    /** Throws always. */
    POISON,
    /** Moves {@code a} from this account to {@code target}, if there is so much. */
    TRANSFER,
    /** Takes {@code a} to this account. */
    DEPOSIT,
    /** Shows the state to the observer. */
    SHOW,
    /** Makes the awakeable {@code b}, which times out in {@code a} milliseconds. */
    AWAIT,
    /** Withdraws the awakeable {@code b}. */
    WITHDRAW,
    /** Notes {@code a} of the awakeable {@code b}. */
    AWAKENED
  }

  /** One step. */
  record Step(Op op, long a, long b, String target, List<Step> nested) {

    static Step of(Op op, long a) {
      return new Step(op, a, 0, "", List.of());
    }

    static Step of(Op op, long a, long b) {
      return new Step(op, a, b, "", List.of());
    }

    static Step of(Op op, long a, long b, String target, List<Step> nested) {
      return new Step(op, a, b, target, nested);
    }
  }

  private static final class Type implements MessageType<Program> {

    private static final TypeName NAME = TypeName.of("sim", "program");

    @Override
    public TypeName typeName() {
      return NAME;
    }

    @Override
    public Class<Program> javaType() {
      return Program.class;
    }

    @Override
    public byte[] serialize(Program program) {
      ByteWriter out = new ByteWriter(64);
      out.writeVarLong(program.id()).writeString(program.sender()).writeVarLong(program.sequence());
      write(out, program.steps());
      return out.toByteArray();
    }

    private static void write(ByteWriter out, List<Step> steps) {
      out.writeVarInt(steps.size());
      for (Step step : steps) {
        out.writeByte(step.op().ordinal())
            .writeVarLong(step.a())
            .writeVarLong(step.b())
            .writeString(step.target());
        write(out, step.nested());
      }
    }

    @Override
    public Program deserialize(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new Program(in.readVarLong(), in.readString(), in.readVarLong(), readSteps(in));
    }

    private static List<Step> readSteps(ByteReader in) {
      int count = in.readVarInt();
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        steps.add(
            new Step(
                Op.values()[in.readByte()],
                in.readVarLong(),
                in.readVarLong(),
                in.readString(),
                readSteps(in)));
      }
      return List.copyOf(steps);
    }

    @Override
    public boolean immutable() {
      return true;
    }
  }
}
