"""The closed word lists of product compatibility (兼容性); each member carries its labels."""

from registry.vocabulary import LabelledEnum


class CompatibilityStatus(LabelledEnum):
    """Result of testing products together (适配、兼容)."""

    COMPATIBLE = "compatible", "兼容", "Compatible"
    IN_WORK = "in_work", "适配中", "In work"
    NOT_COMPATIBLE = "not_compatible", "不兼容", "Not compatible"


class CompatibilityAxis(LabelledEnum):
    """What a part of a tested combination is."""

    CHIP = "chip", "芯片", "Chip"
    OS = "os", "操作系统", "Operating system"
    DATABASE = "database", "数据库", "Database"
    MIDDLEWARE = "middleware", "中间件", "Middleware"
    MACHINE = "machine", "整机", "Machine"
    BOARD = "board", "板卡", "Board"
    PERIPHERAL = "peripheral", "外设", "Peripheral"
    ARCHITECTURE = "architecture", "架构", "Architecture"
